package dev.ipgate.server;

import com.google.re2j.Pattern;
import dev.ipgate.policy.Access;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a request does to MLflow, as its versions 2.22 to 3.10 have it: an allowlist of reads. Whatever is not on it is a
 * write, and so is a path that can be read as one.
 *
 * @param staticPrefix the path below which MLflow's pages are (its {@code --static-prefix}); empty for the root
 */
record MlflowApi(String staticPrefix) {

    private static final List<String> ROOTS = List.of("/api/", "/ajax-api/"); // the same API under two names

    private static final Set<String> PAGES =
            Set.of("/", "/health", "/version", "/get-artifact", "/model-versions/get-artifact");

    private static final List<String> FILES = List.of("/static-files/", "/build/");

    private static final String ARTIFACTS = "2.0/mlflow-artifacts/artifacts";

    /**
     * In a call whose last segment looks like a read: what tells secrets, hands out upload URLs or runs something, under
     * the names that later versions may have for it, too.
     */
    private static final List<String> NOT_FOR_READERS = List.of(
            "secret",
            "token",
            "credential",
            "presigned",
            "/webhooks",
            "/mlflow/assistant/",
            "/demo/",
            "/scorer/invoke");

    /** Made for the first request that they are asked about: most gates have none. */
    private static final class Calls {

        /** Reads that are not named so, below {@code /api/} and {@code /ajax-api/}: what one thing of a kind is like. */
        static final Pattern THINGS = Pattern.compile("[23]\\.0/mlflow/(?:"
                + "traces(?:/[^/]+(?:/info|/assessments/[^/]+)?)?"
                + "|logged-models/[^/]+(?:/artifacts/(?:directories|files))?"
                + "|datasets/[^/]+(?:/records|/experiment-ids)?"
                + "|issues/[^/]+"
                + "|registered-models/alias"
                + "|workspaces(?:/[^/]+)?"
                + "|scorers/versions"
                + "|server-info"
                + "|ui-telemetry)");

        /** Searches whose question is too long for a URL, and what the page reports about its own use. */
        static final Set<String> READS_BY_POST = Stream.concat(
                        Stream.of(
                                        "2.0/mlflow/runs/search",
                                        "2.0/mlflow/experiments/search",
                                        "2.0/mlflow/experiments/search-datasets",
                                        "2.0/mlflow/logged-models/search",
                                        "2.0/mlflow/registered-models/get-latest-versions",
                                        "3.0/jobs/search",
                                        "3.0/mlflow/datasets/search",
                                        "3.0/mlflow/issues/search",
                                        "3.0/mlflow/prompt-optimization/jobs/search",
                                        "3.0/mlflow/traces/batchGetInfos",
                                        "3.0/mlflow/traces/calculate-filter-correlation",
                                        "3.0/mlflow/traces/metrics",
                                        "3.0/mlflow/traces/search",
                                        "3.0/mlflow/ui-telemetry")
                                .flatMap(call -> ROOTS.stream().map(root -> root + call)),
                        Stream.of("/graphql"))
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * What a request does.
     *
     * @param method as sent
     * @param path as sent, without the query
     */
    Access access(String method, String path) {
        boolean get = method.equals("GET") || method.equals("HEAD");
        if (!get && !method.equals("POST")) {
            return Access.WRITE;
        }
        if (RequestPath.isPlain(path)) {
            return isRead(get, path) ? Access.READ : Access.WRITE;
        }
        List<String> readings = RequestPath.of(path).readings();
        boolean read = !readings.isEmpty() && readings.stream().allMatch(reading -> isRead(get, reading));
        return read ? Access.READ : Access.WRITE;
    }

    private boolean isRead(boolean get, String canonical) {
        String path = canonical;
        if (!staticPrefix.isEmpty() && !path.startsWith("/api/")) {
            if (!path.startsWith(staticPrefix) || path.length() == staticPrefix.length()) {
                return get && path.equals(staticPrefix);
            }
            path = path.substring(staticPrefix.length());
        }
        return get ? isReadByGet(path) : Calls.READS_BY_POST.contains(path);
    }

    private static boolean isReadByGet(String path) {
        for (int i = 0; i < ROOTS.size(); i++) {
            String root = ROOTS.get(i);
            if (path.startsWith(root)) {
                return isCallThatReads(path, root.length());
            }
        }
        for (int i = 0; i < FILES.size(); i++) {
            if (path.startsWith(FILES.get(i))) {
                return true;
            }
        }
        return PAGES.contains(path);
    }

    private static boolean isCallThatReads(String path, int at) {
        if (path.startsWith(ARTIFACTS, at)) {
            int end = at + ARTIFACTS.length();
            return end == path.length() || path.charAt(end) == '/';
        }
        if (!path.startsWith("2.0/mlflow/", at) && !path.startsWith("3.0/mlflow/", at)) {
            return false;
        }
        for (int i = 0; i < NOT_FOR_READERS.size(); i++) {
            if (path.contains(NOT_FOR_READERS.get(i))) {
                return false;
            }
        }
        int last = path.lastIndexOf('/') + 1;
        return path.startsWith("get", last)
                || path.startsWith("list", last)
                || path.startsWith("search", last)
                || Calls.THINGS.matches(path.substring(at));
    }
}
