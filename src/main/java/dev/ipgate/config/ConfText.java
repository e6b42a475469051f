package dev.ipgate.config;

import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problems;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The text of the conf file: strict UTF-8 of a bounded size, with plain line ends and nothing that cannot be seen. */
final class ConfText {

    private static final int LARGEST = 1 << 20; // bytes; a million addresses belong into a list file

    private ConfText() {}

    /** The text, a byte order mark removed and every line end {@code \n}; null if problems say why there is none. */
    static @Nullable String read(Path file, Problems problems) {
        String name = file.toString();
        byte[] bytes;
        try {
            bytes = bytes(file);
        } catch (IOException e) {
            problems.error(Position.of(name), "", reason(file, e));
            return null;
        }
        if (bytes.length > LARGEST) {
            problems.error(
                    Position.of(name), "", "is larger than 1 MiB; put long lists of addresses into list files: groups");
            return null;
        }
        ByteBuffer left = ByteBuffer.wrap(bytes);
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(left).toString();
            text = text.replace("\r\n", "\n").replace('\r', '\n');
            text = text.startsWith("\uFEFF") ? text.substring(1) : text;
            problems.source(name, text);
            return hasHiddenCharacters(name, text, problems) ? null : text;
        } catch (CharacterCodingException e) {
            int line = 1;
            for (int i = 0; i < left.position(); i++) {
                line += bytes[i] == '\n' ? 1 : 0;
            }
            problems.error(new Position(name, line, 0), "", "is not UTF-8 from here on; save the file as UTF-8");
            return null;
        }
    }

    private static byte[] bytes(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(LARGEST + 1);
        }
    }

    private static String reason(Path file, IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (e instanceof AccessDeniedException) {
            return "cannot be read: permission denied";
        }
        return Files.isDirectory(file) ? "is a directory, not a file" : "cannot be read: " + e.getMessage();
    }

    private static boolean hasHiddenCharacters(String name, String text, Problems problems) {
        boolean found = false;
        int line = 1;
        int column = 0;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            column++;
            if (c == '\n') {
                line++;
                column = 0;
            } else if (isHidden(c)) {
                found = true;
                problems.error(
                        new Position(name, line, column),
                        "",
                        String.format(Locale.ROOT, "holds a character that cannot be seen, U+%04X; remove it", c));
            }
        }
        return found;
    }

    /** Control characters, and what YAML takes for a line end though no editor shows one. */
    private static boolean isHidden(int c) {
        return (Character.isISOControl(c) && c != '\t')
                || c == 0x2028
                || c == 0x2029
                || c == 0xFEFF
                || c == 0xFFFE
                || c == 0xFFFF;
    }
}
