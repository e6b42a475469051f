package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.config.ListenSettings;
import dev.ipgate.problem.Position;
import java.net.BindException;
import java.net.InetSocketAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of an address that cannot be bound, and what to do. */
class CannotListenExceptionTest {

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # port | reason                 | message
            443    | Permission denied      | Permission denied; a port below 1024 needs root or CAP_NET_BIND_SERVICE (the systemd unit has it)
            1023   | Permission denied      | Permission denied; a port below 1024 needs root or CAP_NET_BIND_SERVICE (the systemd unit has it)
            1024   | Permission denied      | Permission denied
            8080   | Address already in use | Address already in use; another program has it: ss -ltnp sport = :8080 shows which
            8080   | no such device         | no such device
            """)
    void saysWhatToDo(int port, String reason, String message) {
        ListenSettings listen = new ListenSettings(
                "*:" + port,
                new InetSocketAddress(port),
                null,
                false,
                false,
                false,
                null,
                new Position("ipgate.yaml", 1, 9));

        assertThat(new CannotListenException(listen, new BindException(reason)))
                .hasMessage("ipgate.yaml:1:9: listen: cannot listen on \"*:" + port + "\": " + message);
    }
}
