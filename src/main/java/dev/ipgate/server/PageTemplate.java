package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ipgate.json.JsonText;
import dev.ipgate.server.ErrorPage.Facts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A page with gaps, split once into bytes, so that filling it is copying. Immutable. */
final class PageTemplate {

    /** What goes into a gap, which a template writes as {@code {{client}}}. */
    private enum Gap {
        /** The client's address, or a word for "unknown". */
        CLIENT,
        /** The client's address as a member of a JSON object, quotes included, or null. */
        CLIENT_MEMBER,
        /** The client's address as a rule of the conf file has it: IPv6 in quotes, since YAML wants them. */
        ALLOW,
        /** A class for addresses that are too long for large type. */
        WIDE,
        REQUEST,
        TIME,
        DETAIL,
        /** The path of the sign-in page. */
        SIGN_IN
    }

    private static final int LONGEST_IN_LARGE_TYPE = 21;

    private final byte[][] pieces; // pieces[0] gaps[0] pieces[1] … gaps[n - 1] pieces[n]
    private final Gap[] gaps;
    private final int fixedLength; // of all pieces
    private final UnaryOperator<String> escaping;
    private final String unknown;

    private PageTemplate(String text, UnaryOperator<String> escaping, String unknown) {
        List<byte[]> found = new ArrayList<>();
        List<Gap> between = new ArrayList<>();
        int at = 0;
        for (int open = text.indexOf("{{"); open >= 0; open = text.indexOf("{{", at)) {
            int close = text.indexOf("}}", open);
            found.add(text.substring(at, open).getBytes(UTF_8));
            between.add(Gap.valueOf(text.substring(open + 2, close).toUpperCase(Locale.ROOT)));
            at = close + 2;
        }
        found.add(text.substring(at).getBytes(UTF_8));
        this.pieces = found.toArray(new byte[0][]);
        this.gaps = between.toArray(new Gap[0]);
        this.fixedLength = found.stream().mapToInt(piece -> piece.length).sum();
        this.escaping = escaping;
        this.unknown = unknown;
    }

    /** A page of HTML. */
    static PageTemplate html(String text, String unknown) {
        return new PageTemplate(text, HtmlText::escape, unknown);
    }

    /** Plain text. */
    static PageTemplate text(String text, String unknown) {
        return new PageTemplate(text, HtmlText::plain, unknown);
    }

    /** A JSON object, whose gaps are within strings. */
    static PageTemplate json(String text, String unknown) {
        return new PageTemplate(
                text.replace("\"{{client}}\"", "{{client_member}}"), PageTemplate::escapedForJson, unknown);
    }

    /** The page for one request, in UTF-8. Whatever the facts hold is escaped. */
    byte[] fill(Facts facts) {
        byte[][] values = new byte[gaps.length][];
        int length = fixedLength;
        for (int i = 0; i < gaps.length; i++) {
            values[i] = value(gaps[i], facts).getBytes(UTF_8);
            length += values[i].length;
        }
        byte[] page = new byte[length];
        int end = append(page, 0, pieces[0]);
        for (int i = 0; i < gaps.length; i++) {
            end = append(page, end, values[i]);
            end = append(page, end, pieces[i + 1]);
        }
        return page;
    }

    private static int append(byte[] page, int at, byte[] bytes) {
        System.arraycopy(bytes, 0, page, at, bytes.length);
        return at + bytes.length;
    }

    private String value(Gap gap, Facts facts) {
        return switch (gap) {
            case CLIENT -> escaping.apply(client(facts.client()));
            case CLIENT_MEMBER -> facts.client() == null ? "null" : '"' + escaping.apply(facts.client()) + '"';
            case ALLOW -> escaping.apply(Remedy.whom(client(facts.client())));
            case WIDE -> client(facts.client()).length() > LONGEST_IN_LARGE_TYPE ? " long" : "";
            case REQUEST -> escaping.apply(facts.requestId());
            case TIME -> escaping.apply(facts.time());
            case SIGN_IN -> escaping.apply(facts.signIn() == null ? "" : facts.signIn());
            case DETAIL -> escaping.apply(facts.detail());
        };
    }

    private String client(@Nullable String address) {
        return address == null ? unknown : address;
    }

    private static String escapedForJson(String text) {
        StringBuilder quoted = JsonText.appendQuoted(new StringBuilder(text.length() + 8), text);
        return quoted.substring(1, quoted.length() - 1);
    }
}
