package dev.ipgate.server;

import dev.ipgate.server.Preference.Language;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What pages say in one language, by key. Immutable. */
final class PageTexts {

    private final Properties texts = new Properties();

    /** Reads the file of the jar that has them: {@code refusals_en.properties}. */
    PageTexts(String bundle, Language language) {
        try (StringReader reader = new StringReader(PageResource.text(bundle + "_" + language.tag() + ".properties"))) {
            texts.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A text as it is. */
    String plain(String key) {
        String text = texts.getProperty(key);
        if (text == null) {
            throw new IllegalStateException("no text for \"" + key + "\"");
        }
        return text;
    }

    /** The same of a refusal: its {@code title}, {@code text} or {@code advice}. */
    String plain(Refusal why, String part) {
        return plain(why.key() + "." + part);
    }

    /** A text for a page, in which what stands between backquotes is shown as code. */
    String markup(String key) {
        StringBuilder html = new StringBuilder();
        String[] parts = HtmlText.escape(plain(key)).split("`", -1);
        for (int i = 0; i < parts.length; i++) {
            html.append(i % 2 == 0 ? parts[i] : "<code>" + parts[i] + "</code>");
        }
        return html.toString();
    }

    /** The same of a refusal. */
    String markup(Refusal why, String part) {
        return markup(why.key() + "." + part);
    }
}
