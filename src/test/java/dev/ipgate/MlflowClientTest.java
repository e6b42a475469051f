package dev.ipgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.ipgate.testing.App;
import dev.ipgate.testing.MlflowApp;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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

    private App app;

    @BeforeEach
    void startApp() throws IOException {
        app = MlflowApp.start();
    }

    @AfterEach
    void stopApp() {
        app.close();
    }

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
}
