package dev.ipgate.nginx;

/**
 * What nginx's language is made of.
 *
 * @param kind what it is
 * @param text of a word without its quotes and escapes, of a comment without its {@code #}; else as it stands
 * @param line where it begins, from 1
 * @param column where it begins, in code points from 1
 */
record Token(Kind kind, String text, int line, int column) {

    enum Kind {
        WORD,
        SEMICOLON,
        OPEN,
        CLOSE,
        COMMENT,
        END
    }

    boolean is(Kind other) {
        return kind == other;
    }
}
