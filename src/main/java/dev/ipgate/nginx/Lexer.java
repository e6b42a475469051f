package dev.ipgate.nginx;

import dev.ipgate.nginx.Token.Kind;
import dev.ipgate.problem.ConfigException;
import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problem;
import dev.ipgate.problem.Problem.Severity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cuts a file into tokens as nginx does (ngx_conf_read_token), and keeps the comments. */
final class Lexer {

    private final String file;
    private final String text;
    private int at;
    private int line = 1;
    private int counted; // up to where columns were counted
    private int column = 1; // of counted
    private boolean glued; // behind a closing quote, where nginx wants a blank
    private @Nullable Token peeked;

    /** @param file as it is named in positions */
    Lexer(String file, String text) {
        this.file = file;
        this.text = text;
    }

    Token peek() {
        Token token = peeked == null ? read() : peeked;
        peeked = token;
        return token;
    }

    Token next() {
        Token token = peek();
        peeked = null;
        return token;
    }

    Position position(Token token) {
        return new Position(file, token.line(), token.column());
    }

    /** What is wrong at a token, as an exception that shows the line. */
    ConfigException wrong(Token token, String message) {
        return wrong(position(token), message);
    }

    ConfigException wrong(Position where, String message) {
        String shown = text.lines().skip(where.line() - 1L).findFirst().orElse("");
        return new ConfigException(List.of(new Problem(Severity.ERROR, where, "", message, shown)));
    }

    /**
     * Skips a block in another language, from behind its opening brace to behind the one that closes it: Lua's, whose
     * strings and comments may have braces of their own.
     *
     * @return whether it is closed
     */
    boolean skipLua() {
        int open = 1;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (text.startsWith("--", at)) {
                String close = text.startsWith("--[[", at) ? "]]" : "\n";
                int end = text.indexOf(close, at);
                at = end < 0 ? text.length() : end;
            } else if (c == '"' || c == '\'') {
                skipLuaString(c);
            } else if (c == '{') {
                open++;
            } else if (c == '}' && --open == 0) {
                at++;
                return true;
            }
            at++;
        }
        return false;
    }

    private void skipLuaString(char quote) {
        at++;
        while (at < text.length() && text.charAt(at) != quote && text.charAt(at) != '\n') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
    }

    private Token read() {
        while (at < text.length() && isBlank(text.charAt(at))) {
            glued = false;
            at++;
        }
        if (at >= text.length()) {
            return token(Kind.END, "", text.length());
        }
        char c = text.charAt(at);
        if (glued && c != ';' && c != '{' && c != ')') {
            throw wrong(token(Kind.WORD, "", at), "a blank or a \";\" is missing behind the closing quote");
        }
        glued = false;
        return switch (c) {
            case ';' -> token(Kind.SEMICOLON, ";", at + 1);
            case '{' -> token(Kind.OPEN, "{", at + 1);
            case '}' -> token(Kind.CLOSE, "}", at + 1);
            case '#' -> comment();
            case '"', '\'' -> quoted(c);
            default -> word();
        };
    }

    private Token comment() {
        int end = text.indexOf('\n', at);
        end = end < 0 ? text.length() : end;
        return token(Kind.COMMENT, text.substring(at + 1, end).strip(), end);
    }

    private Token quoted(char quote) {
        int end = at + 1;
        while (end < text.length() && text.charAt(end) != quote) {
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= text.length()) {
            throw wrong(token(Kind.WORD, "", at), "this quote is never closed");
        }
        Token token = token(Kind.WORD, unescaped(text.substring(at + 1, end)), end + 1);
        glued = true;
        return token;
    }

    private Token word() {
        int end = at;
        while (end < text.length()) {
            char c = text.charAt(end);
            boolean brace = c == '{' && end > at && text.charAt(end - 1) == '$'; // of ${name}
            if (isBlank(c) || c == ';' || (c == '{' && !brace)) {
                break;
            }
            end += c == '\\' ? 2 : 1;
        }
        end = Math.min(end, text.length());
        return token(Kind.WORD, unescaped(text.substring(at, end)), end);
    }

    /** The escapes that nginx knows; before anything else a backslash stays, as regular expressions want it. */
    private static String unescaped(String word) {
        if (word.indexOf('\\') < 0) {
            return word;
        }
        StringBuilder plain = new StringBuilder(word.length());
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            char escaped = c == '\\' && i + 1 < word.length() ? word.charAt(i + 1) : 0;
            int known = "\"'\\trn".indexOf(escaped);
            if (escaped != 0 && known >= 0) {
                plain.append("\"'\\\t\r\n".charAt(known));
                i++;
            } else {
                plain.append(c);
            }
        }
        return plain.toString();
    }

    /** A token that begins here and ends there. */
    private Token token(Kind kind, String value, int end) {
        advanceTo(at);
        Token token = new Token(kind, value, line, column);
        at = end;
        return token;
    }

    /** Counts lines and columns up to an index, once each. */
    private void advanceTo(int index) {
        while (counted < index) {
            char c = text.charAt(counted++);
            if (c == '\n') {
                line++;
                column = 1;
            } else if (!Character.isLowSurrogate(c)) {
                column++;
            }
        }
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }
}
