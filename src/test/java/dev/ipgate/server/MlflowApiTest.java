package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.policy.Access;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The routes of real servers, 2.22 to 3.10 and what has come since, each as a reader's or not. */
class MlflowApiTest {

    private static final MlflowApi AT_ROOT = new MlflowApi("");
    private static final MlflowApi BELOW = new MlflowApi("/ml/flow");

    private static final String A_TRACE = "/traces/tr-0123456789abcdef";

    private static Access access(String request) {
        return access(AT_ROOT, request);
    }

    private static Access access(MlflowApi api, String request) {
        int blank = request.indexOf(' ');
        return api.access(request.substring(0, blank), request.substring(blank + 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/health",
                "/version",
                "/get-artifact",
                "/model-versions/get-artifact",
                "/static-files/static/js/main.0123.js",
                "/build/bundle.js",
                "/api/2.0/mlflow/experiments/get",
                "/api/2.0/mlflow/experiments/get-by-name",
                "/api/2.0/mlflow/experiments/search",
                "/api/2.0/mlflow/runs/get",
                "/api/2.0/mlflow/artifacts/list",
                "/api/2.0/mlflow/metrics/get-history",
                "/api/2.0/mlflow/metrics/get-history-bulk-interval",
                "/api/2.0/mlflow/registered-models/get",
                "/api/2.0/mlflow/registered-models/search",
                "/api/2.0/mlflow/registered-models/alias",
                "/api/2.0/mlflow/model-versions/get-download-uri",
                "/api/2.0/mlflow/get-trace-artifact",
                "/api/2.0/mlflow/traces",
                "/api/2.0/mlflow" + A_TRACE + "/info",
                "/api/2.0/mlflow/logged-models/m-1",
                "/api/2.0/mlflow/logged-models/m-1/artifacts/directories",
                "/api/2.0/mlflow/logged-models/m-1/artifacts/files",
                "/api/2.0/mlflow-artifacts/artifacts",
                "/api/2.0/mlflow-artifacts/artifacts/1/run/artifacts/model.pkl",
                "/api/3.0/mlflow/traces/get",
                "/api/3.0/mlflow/traces/batchGet",
                "/api/3.0/mlflow" + A_TRACE,
                "/api/3.0/mlflow" + A_TRACE + "/assessments/a-1",
                "/api/3.0/mlflow/datasets/search",
                "/api/3.0/mlflow/datasets/d-1",
                "/api/3.0/mlflow/datasets/d-1/records",
                "/api/3.0/mlflow/datasets/d-1/experiment-ids",
                "/api/3.0/mlflow/issues/7",
                "/api/3.0/mlflow/workspaces",
                "/api/3.0/mlflow/workspaces/default",
                "/api/3.0/mlflow/scorers/list",
                "/api/3.0/mlflow/scorers/versions",
                "/api/3.0/mlflow/server-info",
                "/api/3.0/mlflow/ui-telemetry",
                "/api/3.0/mlflow/gateway/endpoints/list",
            })
    void readersMayGet(String path) {
        assertThat(access("GET " + path)).isEqualTo(Access.READ);
        assertThat(access("HEAD " + path)).isEqualTo(Access.READ);
        assertThat(access("GET " + path.replace("/api/", "/ajax-api/"))).isEqualTo(Access.READ);
        for (String method : new String[] {"PUT", "PATCH", "DELETE", "OPTIONS", "get", "BREW"}) {
            assertThat(access(method + " " + path)).as(method).isEqualTo(Access.WRITE);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/2.0/mlflow/runs/search",
                "/api/2.0/mlflow/experiments/search",
                "/api/2.0/mlflow/logged-models/search",
                "/api/2.0/mlflow/registered-models/get-latest-versions",
                "/ajax-api/2.0/mlflow/experiments/search-datasets",
                "/api/3.0/mlflow/traces/search",
                "/api/3.0/mlflow/traces/metrics",
                "/api/3.0/mlflow/traces/batchGetInfos",
                "/api/3.0/mlflow/traces/calculate-filter-correlation",
                "/api/3.0/mlflow/datasets/search",
                "/api/3.0/mlflow/issues/search",
                "/api/3.0/mlflow/prompt-optimization/jobs/search",
                "/ajax-api/3.0/jobs/search",
                "/ajax-api/3.0/mlflow/ui-telemetry",
                "/graphql",
            })
    void readersMayPost(String path) {
        assertThat(access("POST " + path)).isEqualTo(Access.READ);
        assertThat(access("PUT " + path)).isEqualTo(Access.WRITE);
        assertThat(access("POST " + path + "/")).isEqualTo(Access.WRITE);
        assertThat(access("POST " + path + "x")).isEqualTo(Access.WRITE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // sensitive
                "GET /api/3.0/mlflow/gateway/secrets/get",
                "GET /api/3.0/mlflow/gateway/secrets/list",
                "GET /api/2.0/mlflow/webhooks",
                "GET /api/2.0/mlflow/webhooks/list",
                "GET /api/2.0/mlflow/webhooks/get-1",
                "GET /api/2.0/mlflow-artifacts/presigned/1/run/model.pkl",
                "GET /api/2.0/mlflow/presigned/get",
                "GET /api/2.0/mlflow/artifacts/get-presigned-url",
                "GET /api/2.0/mlflow/artifacts/get-credentials",
                "GET /api/3.0/mlflow/gateway/secrets",
                "GET /api/3.0/mlflow/gateway/get-secret",
                "GET /api/2.0/mlflow/users/list-tokens",
                // executes or spends
                "GET /ajax-api/3.0/mlflow/assistant/sessions/get",
                "GET /ajax-api/3.0/mlflow/assistant/status",
                "POST /ajax-api/3.0/mlflow/assistant/message",
                "POST /ajax-api/3.0/jobs",
                "GET /ajax-api/3.0/jobs",
                "POST /ajax-api/3.0/jobs/cancel/1",
                "GET /gateway/mlflow/v1/models",
                "POST /gateway/proxy/openai/v1/responses",
                "GET /ajax-api/2.0/mlflow/gateway-proxy",
                "POST /ajax-api/2.0/mlflow/gateway-proxy",
                "POST /ajax-api/3.0/mlflow/scorer/invoke",
                "POST /api/2.0/mlflow/webhooks/1/test",
                "POST /ajax-api/3.0/mlflow/demo/generate",
                "GET /ajax-api/3.0/mlflow/demo/get",
                "POST /ajax-api/2.0/mlflow/runs/create-promptlab-run",
                // writes
                "POST /api/2.0/mlflow/runs/create",
                "POST /api/2.0/mlflow/runs/log-batch",
                "POST /api/2.0/mlflow/experiments/delete",
                "POST /api/2.0/mlflow/registered-models/get",
                "POST /api/2.0/mlflow/artifacts/presigned-download-url",
                "POST /api/3.0/mlflow/traces",
                "PATCH /api/3.0/mlflow/traces/tr-1/tags",
                "DELETE /api/2.0/mlflow/logged-models/m-1",
                "PUT /api/2.0/mlflow-artifacts/artifacts/1/run/model.pkl",
                "POST /api/2.0/mlflow-artifacts/mpu/create/1",
                "POST /ajax-api/2.0/mlflow/upload-artifact",
                "POST /v1/traces",
                // unknown
                "GET /api/2.0/mlflow/runs/create",
                "GET /api/2.0/mlflow/",
                "GET /api/2.0/mlflow",
                "GET /api/2.0/mlflow/runs/forget",
                "GET /api/2.0/mlflow/traces/a/b/c",
                "GET /api/4.0/mlflow/runs/get",
                "GET /api/2.0/preview/mlflow/runs/get",
                "GET /api/2.0/other/get",
                "GET /API/2.0/mlflow/runs/get",
                "GET /x/api/2.0/mlflow/runs/get",
                "GET /metrics",
                "GET /api/2.0/mlflow-artifacts/artifactsx",
                "GET /api/2.0/mlflow-artifacts/mpu/get",
                "GET /health/",
                "GET /static-filesx",
                "POST /",
                "POST /health",
            })
    void everythingElseIsAWrite(String request) {
        assertThat(access(request)).isEqualTo(Access.WRITE);
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(textBlock = """
            # the server decodes once, merges leading slashes, takes an encoded slash for a slash
            POST, /%61pi/2.0/mlflow/runs/search,            READ
            POST, //api/2.0/mlflow/runs/search,             READ
            POST, /api%2F2.0/mlflow/runs/search,            WRITE
            GET,  /api/2.0/mlflow/runs%2Fget,               WRITE
            GET,  /api/2.0/mlflow/x/get%2F..%2Fdelete,      WRITE
            GET,  /api/2.0/mlflow/webhooks/../runs/get,     READ
            GET,  /api/2.0/mlflow/runs/get/../../webhooks,  WRITE
            GET,  /api/2.0/mlflow/webhooks;x/get,           WRITE
            GET,  /api/2.0/mlflow/runs/get%3Bx,             READ
            GET,  /api/2.0/mlflow/%77ebhooks/list,          WRITE
            GET,  /api/2.0/mlflow/%2577ebhooks/list,        WRITE
            GET,  /api/2.0/mlflow/runs\\..\\webhooks/list,  WRITE
            GET,  /api/2.0/mlflow-artifacts/artifacts/a%20b, READ
            GET,  /api/2.0/mlflow-artifacts/artifacts/a%2Fb, READ
            GET,  /api/2.0/mlflow-artifacts/artifacts/..%2F..%2Fmlflow%2Fruns%2Fdelete, WRITE
            GET,  /static-files/%2e%2e/api/2.0/mlflow/webhooks, WRITE
            GET,  /static-files/..;/api/2.0/mlflow/webhooks, WRITE
            GET,  /build/..%5Capi/2.0/mlflow/webhooks,      WRITE
            POST, /api/2.0/mlflow/runs/search;x,            WRITE
            POST, /api/2.0/mlflow/runs/create/..%252fsearch, WRITE
            POST, /graphql%2F..%2Fv1/traces,                WRITE
            GET,  /api/2.0/mlflow/runs/get%00,              WRITE
            GET,  /api/2.0/mlflow/runs/get%,                WRITE
            GET,  api/2.0/mlflow/runs/get,                  WRITE
            """)
    void whatCanBeReadAsAWriteIsOne(String method, String path, Access access) {
        assertThat(access(method + " " + path)).isEqualTo(access);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(textBlock = """
            # with --static-prefix the pages move, and /api stays
            GET /ml/flow,                                    READ
            GET /ml/flow/,                                   READ
            GET /ml/flow/health,                             READ
            GET /ml/flow/ajax-api/2.0/mlflow/runs/get,       READ
            POST /ml/flow/ajax-api/2.0/mlflow/runs/search,   READ
            POST /ml/flow/graphql,                           READ
            GET /api/2.0/mlflow/runs/get,                    READ
            POST /api/2.0/mlflow/runs/search,                READ
            POST /ml/flow,                                   WRITE
            GET /,                                           WRITE
            GET /health,                                     WRITE
            GET /ajax-api/2.0/mlflow/runs/get,               WRITE
            GET /ml/flowx/health,                            WRITE
            GET /ml/flow/ajax-api/2.0/mlflow/webhooks,       WRITE
            """)
    void pagesAreBelowTheStaticPrefix(String request, Access access) {
        assertThat(access(BELOW, request)).isEqualTo(access);
    }
}
