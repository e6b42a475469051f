package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ipgate.config.AppHeader;
import dev.ipgate.config.AppHeader.Part;
import dev.ipgate.http.ClientSide;
import dev.ipgate.upstream.HiddenHeaders;
import dev.ipgate.upstream.ReplacedHeaders;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What {@code upstream.headers} of a place come to for a request. Immutable. */
final class AppHeaders {

    /*
     * No value can end its line. Text is checked when it is read. What comes from the request are headers and the target,
     * in which the parser of heads takes no control character, a name that was compared with a users file, and what the
     * gate has worked out itself.
     */

    private record Header(HttpString name, List<Part> value) {}

    private final List<Header> headers;
    private final HiddenHeaders names;
    private final String serverName;

    private AppHeaders(List<Header> headers, HiddenHeaders names, String serverName) {
        this.headers = headers;
        this.names = names;
        this.serverName = serverName;
    }

    /** Those of a place, or null if it has none. */
    static @Nullable AppHeaders of(Place place) {
        List<AppHeader> settings = place.upstream().headers();
        return settings.isEmpty()
                ? null
                : new AppHeaders(
                        settings.stream()
                                .map(header -> new Header(new HttpString(header.name()), bytes(header.value())))
                                .toList(),
                        HiddenHeaders.of(settings.stream().map(AppHeader::name).toList()),
                        place.site().equals(Site.UNNAMED) ? "" : bytes(place.site()));
    }

    private static List<Part> bytes(List<Part> parts) {
        return parts.stream()
                .map(part -> new Part(part.variable(), bytes(part.text())))
                .toList();
    }

    /** A text as it is sent: a character for each byte of UTF-8. */
    private static String bytes(String text) {
        return new String(text.getBytes(UTF_8), ISO_8859_1);
    }

    /**
     * The headers for one request. One that comes to nothing is not sent, as with nginx.
     *
     * @param unbelieved headers that tell apps things which clients must not tell them
     */
    ReplacedHeaders of(
            HttpServerExchange exchange,
            Request request,
            Verdict verdict,
            String scheme,
            long id,
            HiddenHeaders unbelieved) {
        List<ReplacedHeaders.Line> lines = new ArrayList<>(headers.size());
        for (Header header : headers) {
            StringBuilder value = new StringBuilder();
            for (Part part : header.value()) {
                value.append(
                        switch (part.variable()) {
                            case TEXT -> part.text();
                            case HOST -> host(request);
                            case REMOTE_ADDR ->
                                Objects.requireNonNull(verdict.client().address())
                                        .toString();
                            case SCHEME -> scheme;
                            case REMOTE_USER -> verdict.user() == null ? "" : bytes(verdict.user());
                            case SERVER_NAME -> serverName;
                            case SERVER_PORT ->
                                Integer.toString(
                                        exchange.getDestinationAddress().getPort());
                            case REQUEST_URI -> ClientSide.originTarget(exchange);
                            case REQUEST_ID -> RequestIds.text(id);
                            case HEADER -> header(request, part.text(), unbelieved);
                        });
            }
            String text = value.toString().strip();
            if (!text.isEmpty()) {
                lines.add(new ReplacedHeaders.Line(header.name(), text));
            }
        }
        return new ReplacedHeaders(names, lines);
    }

    private String host(Request request) {
        HostName host = request.host() == null ? null : HostName.parse(request.host());
        return host == null ? serverName : host.name();
    }

    /** All lines of a header as one (RFC 9110 section 5.3; cookies by RFC 6265 section 5.4). */
    private static String header(Request request, String name, HiddenHeaders unbelieved) {
        List<String> lines = request.headers().lines(name);
        return lines == null || unbelieved.contain(name) ? "" : String.join(name.equals("cookie") ? "; " : ", ", lines);
    }
}
