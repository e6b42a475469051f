package dev.ipgate.nginx;

import dev.ipgate.nginx.Token.Kind;
import dev.ipgate.problem.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes directives of a file's tokens. It stops at the first mistake, as nginx does: what follows would mean something else. */
final class Parser {

    private static final int DEEPEST = 100; // blocks in blocks

    private final Includes includes;
    private final Lexer lexer;
    private final int depth;

    /**
     * Makes one.
     *
     * @param file as it is named in positions
     * @param includes reads what the file includes
     * @param depth how many blocks are around it
     */
    Parser(String file, String text, Includes includes, int depth) {
        this.includes = includes;
        this.lexer = new Lexer(file, text);
        this.depth = depth;
    }

    /** @param around the directive in whose braces the file is included; null for none */
    List<Directive> read(@Nullable String around) {
        return block(around, null, depth);
    }

    /** The directives up to the end of a block; of the file where there is none. */
    private List<Directive> block(@Nullable String around, @Nullable Token opened, int deep) {
        List<Directive> directives = new ArrayList<>();
        List<String> above = new ArrayList<>();
        int lastComment = 0; // its line
        while (true) {
            Token token = lexer.next();
            if (token.line() > lastComment + 1) {
                above.clear();
            }
            switch (token.kind()) {
                case COMMENT -> {
                    above.add(token.text());
                    lastComment = token.line();
                }
                case WORD -> {
                    directives.add(directive(token, List.copyOf(above), around, deep));
                    above.clear();
                }
                case CLOSE -> {
                    if (opened == null) {
                        throw lexer.wrong(token, "this \"}\" closes nothing");
                    }
                    beside(token); // says something about what ends here
                    return List.copyOf(directives);
                }
                case END -> {
                    if (opened != null) {
                        throw lexer.wrong(opened, "this \"{\" is never closed");
                    }
                    return List.copyOf(directives);
                }
                case SEMICOLON, OPEN ->
                    throw lexer.wrong(token, "there is no directive before this \"" + token.text() + "\"");
            }
        }
    }

    private Directive directive(Token name, List<String> above, @Nullable String around, int deep) {
        Position at = lexer.position(name);
        List<String> arguments = new ArrayList<>();
        Token token = lexer.next();
        while (token.is(Kind.WORD) || token.is(Kind.COMMENT)) {
            if (token.is(Kind.WORD)) {
                if (token.line() > name.line() && Grammar.surelyBegins(token.text(), around)) {
                    throw lexer.wrong(
                            at,
                            "\"" + name.text() + "\" has no \";\" at its end, so that \"" + token.text() + "\" in line "
                                    + token.line() + " would belong to it");
                }
                arguments.add(token.text());
            }
            token = lexer.next();
        }
        if (token.is(Kind.CLOSE) || token.is(Kind.END)) {
            throw lexer.wrong(at, "\"" + name.text() + "\" has no \";\" at its end");
        }
        boolean opens = token.is(Kind.OPEN);
        String wrong = Grammar.whatIsWrong(name.text(), arguments.size(), opens, around);
        if (wrong != null) {
            throw lexer.wrong(at, "\"" + name.text() + "\" " + wrong);
        }
        if (opens && deep >= DEEPEST) {
            throw lexer.wrong(at, "there are more than " + DEEPEST + " blocks around this");
        }
        boolean lua = opens && name.text().endsWith("_by_lua_block");
        if (lua && !lexer.skipLua()) {
            throw lexer.wrong(token, "this \"{\" is never closed");
        }
        String beside = lua ? "" : beside(token);
        List<Directive> block = lua ? List.of() : null;
        if (opens && !lua) {
            block = block(name.text(), token, deep + 1);
        } else if (name.text().equals("include")) {
            Position where = at;
            block = includes.read(arguments.get(0), deep, around, message -> lexer.wrong(where, message));
        }
        return new Directive(name.text(), List.copyOf(arguments), block, at, above, beside);
    }

    /** The comment on the line of a directive's end, or of a brace. */
    private String beside(Token end) {
        Token next = lexer.peek();
        return next.is(Kind.COMMENT) && next.line() == end.line() ? lexer.next().text() : "";
    }
}
