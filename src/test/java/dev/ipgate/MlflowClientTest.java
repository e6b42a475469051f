package dev.ipgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.ipgate.testing.App;
import dev.ipgate.testing.MlflowApp;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.Param;
import org.mlflow.api.proto.Service.Run;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.api.proto.Service.ViewType;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowHttpException;
import org.mlflow.tracking.creds.BasicMlflowHostCreds;

/**
 * MLflow's own Java client works through the gate, as far as it speaks HTTP itself: for artifacts it calls the Python
 * program, which is not needed here.
 */
class MlflowClientTest {

    private static final String CONF = """
            upstream: {url: "APP", host_header: upstream, origin: upstream}
            rules:
              - allow: CLIENT
              - deny: all
            """;

    @TempDir
    private Path folder;

    @AutoClose
    private final App app = MlflowApp.start();

    private TestGate gate(String client) throws IOException {
        return TestGate.start(folder, CONF.replace("APP", app.url()).replace("CLIENT", client));
    }

    private static String url(TestGate gate) {
        return "http://localhost:" + gate.address().getPort();
    }

    @Test
    void logsARunAndFindsItAgain() throws IOException {
        try (TestGate gate = gate("127.0.0.1");
                MlflowClient client = new MlflowClient(url(gate))) {
            String experiment = client.createExperiment("ipgate näme");
            String run = client.createRun(experiment).getRunId();
            client.logParam(run, "depth", "5");
            client.logMetric(run, "loss", 0.25, 1_700_000_000_000L, 1);
            client.setTag(run, "note", "a%2Fb \"quoted\" ü");
            client.logBatch(
                    run,
                    List.of(Metric.newBuilder()
                            .setKey("loss")
                            .setValue(0.125)
                            .setTimestamp(1_700_000_001_000L)
                            .setStep(2)
                            .build()),
                    List.of(Param.newBuilder().setKey("width").setValue("7").build()),
                    List.of(RunTag.newBuilder().setKey("team").setValue("ml").build()));
            client.setTerminated(run, RunStatus.FINISHED);

            Run found = client.getRun(run);
            assertThat(found.getInfo().getStatus()).isEqualTo(RunStatus.FINISHED);
            assertThat(found.getData().getParamsList())
                    .extracting(Param::getKey, Param::getValue)
                    .containsExactly(tuple("depth", "5"), tuple("width", "7"));
            assertThat(found.getData().getMetricsList())
                    .extracting(Metric::getStep, Metric::getValue)
                    .containsExactly(tuple(1L, 0.25), tuple(2L, 0.125));
            assertThat(found.getData().getTagsList())
                    .extracting(RunTag::getValue)
                    .containsExactly("a%2Fb \"quoted\" ü", "ml");
            assertThat(client.searchRuns(List.of(experiment), "metrics.loss < 1", ViewType.ACTIVE_ONLY, 10)
                            .getItems())
                    .extracting(each -> each.getInfo().getRunId())
                    .containsExactly(run);
            assertThat(client.getExperiment(experiment).getName()).isEqualTo("ipgate näme");
        }
        assertThat(app.seen()).hasSize(10).allSatisfy(request -> {
            assertThat(request.header("Host")).isEqualTo("127.0.0.1:" + app.port());
            assertThat(request.header("X-Forwarded-For")).isEqualTo("127.0.0.1");
            assertThat(request.header("X-Forwarded-Host")).startsWith("localhost:");
        });
    }

    @Test
    void aDeniedClientIsTold403AndTheAppHearsNothing() throws IOException {
        try (TestGate gate = gate("127.0.0.2");
                MlflowClient client = new MlflowClient(url(gate))) {
            assertThatExceptionOfType(MlflowHttpException.class)
                    .isThrownBy(() -> client.createExperiment("denied"))
                    .satisfies(refused -> assertThat(refused.getStatusCode()).isEqualTo(403))
                    .satisfies(refused -> assertThat(refused.getBodyMessage()).contains("127.0.0.1"));
        }
        assertThat(app.seen()).isEmpty();
    }

    @Test
    void thePasswordOfTheAppsOwnLoginReachesTheAppAndNoLog() throws IOException {
        TestGate gate = gate("127.0.0.1");
        try (gate;
                MlflowClient client = new MlflowClient(new BasicMlflowHostCreds(url(gate), "ana", "secret"))) {
            client.createExperiment("mine");
        }
        assertThat(app.last().header("Authorization")).isEqualTo("Basic YW5hOnNlY3JldA==");
        assertThat(gate.log())
                .contains("/api/2.0/mlflow/experiments/create")
                .doesNotContain("YW5hOnNlY3JldA", "secret");
    }

    private static final String ASKS = """
            preset: mlflow
            upstream: {url: "APP", authorization: strip}
            auth: {realm: MLflow, users_file: htpasswd, attempts: {failures: 1}}
            """;

    private TestGate asking() throws IOException {
        Files.writeString(folder.resolve("htpasswd"), "ana:{PLAIN}secret pass\n");
        return TestGate.start(folder, ASKS.replace("APP", app.url()));
    }

    /** The client sends such a password only when it is asked, each time: what it did not send does not count as wrong. */
    @Test
    void aPasswordInTheAddressOpensTheGate() throws IOException {
        try (TestGate gate = asking();
                MlflowClient client = new MlflowClient(
                        "http://ana:secret%20pass@localhost:" + gate.address().getPort())) {
            for (int i = 0; i < 10; i++) {
                String experiment = client.createExperiment("by address " + i);
                assertThat(client.getExperiment(experiment).getName()).isEqualTo("by address " + i);
            }
        }
        assertThat(app.seen())
                .hasSize(20)
                .allSatisfy(
                        request -> assertThat(request.header("Authorization")).isNull());
    }

    @Test
    void aPasswordInTheClientsCredentialsOpensTheGate() throws IOException {
        try (TestGate gate = asking();
                MlflowClient client = new MlflowClient(new BasicMlflowHostCreds(url(gate), "ana", "secret pass"))) {
            String run =
                    client.createRun(client.createExperiment("by credentials")).getRunId();
            client.logMetric(run, "loss", 0.5, 1_700_000_000_000L, 1);
            assertThat(client.getRun(run).getData().getMetricsList())
                    .extracting(Metric::getValue)
                    .containsExactly(0.5);
        }
        assertThat(app.seen())
                .hasSize(4)
                .allSatisfy(
                        request -> assertThat(request.header("Authorization")).isNull());
    }

    @Test
    void aWrongPasswordIsTold401AndTheAppHearsNothing() throws IOException {
        TestGate gate = asking();
        try (gate;
                MlflowClient client = new MlflowClient(new BasicMlflowHostCreds(url(gate), "ana", "guessed"))) {
            assertThatExceptionOfType(MlflowHttpException.class)
                    .isThrownBy(() -> client.createExperiment("denied"))
                    .satisfies(refused -> assertThat(refused.getStatusCode()).isEqualTo(401));
        }
        assertThat(app.seen()).isEmpty();
        assertThat(gate.log()).doesNotContain("guessed", "YW5hOmd1ZXNzZWQ");
    }
}
