package dev.ipgate.config;

import dev.ipgate.config.Settings.GroupSettings;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code client_address}. */
final class ClientAddressReader {

    private static final String DEFAULT_HEADER = "X-Forwarded-For";
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"; // RFC 9110 section 5.6.2

    private ClientAddressReader() {}

    static ClientAddressSettings read(@Nullable Setting setting, WhomReader whom, Map<String, GroupSettings> groups) {
        Section section = setting == null ? null : setting.section(Keys.CLIENT_ADDRESS);
        if (section == null) {
            return new ClientAddressSettings(List.of(), DEFAULT_HEADER, true, false, false);
        }
        return new ClientAddressSettings(
                trustedProxies(section.find("trusted_proxies"), whom, groups),
                header(section.find("header")),
                section.flag("recursive", true),
                section.word("on_malformed", false, Map.of("deny", false, "keep", true)),
                section.word("untrusted_forwarder", false, Map.of("refuse", false, "ignore", true)));
    }

    private static List<Whom> trustedProxies(
            @Nullable Setting setting, WhomReader whom, Map<String, GroupSettings> groups) {
        if (setting == null) {
            return List.of();
        }
        List<Whom> trusted = whom.read(setting);
        Whom everybody = WhomReader.everybody(trusted, groups);
        if (everybody != null) {
            setting.warning("\"" + everybody + "\" trusts everybody: anybody can then claim any address;"
                    + " name your own proxies only");
        }
        return trusted;
    }

    private static String header(@Nullable Setting setting) {
        String name = setting == null ? DEFAULT_HEADER : setting.as(ClientAddressReader::headerName);
        return name == null ? DEFAULT_HEADER : name;
    }

    private static String headerName(String text) {
        if (text.equals("off")) {
            throw new IllegalArgumentException("\"off\" is not known here; did you mean none?");
        }
        if (!text.matches(TOKEN)) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no header name; write such as X-Forwarded-For, without a colon");
        }
        return text;
    }
}
