package dev.ipgate;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.net.InetSocketAddress;
import java.util.List;

/** Which part may know which: section 3 of the design. */
@AnalyzeClasses(packages = "dev.ipgate", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    /** From the top to the bottom; each may use those below it. */
    private static final List<String> LAYERS = List.of(
            "dev.ipgate",
            "dev.ipgate.cli",
            "dev.ipgate.replay",
            "dev.ipgate.server",
            "dev.ipgate.upstream",
            "dev.ipgate.http2",
            "dev.ipgate.http",
            "dev.ipgate.lists",
            "dev.ipgate.grants",
            "dev.ipgate.config",
            "dev.ipgate.nginx",
            "dev.ipgate.tls",
            "dev.ipgate.auth",
            "dev.ipgate.client",
            "dev.ipgate.policy",
            "dev.ipgate.problem",
            "dev.ipgate.net",
            "dev.ipgate.metrics",
            "dev.ipgate.eventloop",
            "dev.ipgate.json");

    @ArchTest
    void everyPackageHasItsPlace(JavaClasses classes) {
        assertThat(classes.stream().map(JavaClass::getPackageName).distinct()).isSubsetOf(LAYERS);
    }

    @ArchTest
    void noPackageUsesOneAboveIt(JavaClasses classes) {
        for (int i = 1; i < LAYERS.size(); i++) {
            noClasses()
                    .that()
                    .resideInAPackage(LAYERS.get(i))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(LAYERS.subList(0, i).toArray(String[]::new))
                    .allowEmptyShould(true)
                    .check(classes);
        }
    }

    @ArchTest
    static final ArchRule snakeYamlIsKnownToConfig = only("org.yaml.snakeyaml..", "dev.ipgate.config");

    @ArchTest
    static final ArchRule undertowIsKnownToWhatSpeaksHttp = only(
            "io.undertow..",
            "dev.ipgate.server",
            "dev.ipgate.upstream",
            "dev.ipgate.http",
            "dev.ipgate.http2",
            "dev.ipgate.tls");

    @ArchTest
    static final ArchRule xnioIsKnownToWhatSpeaksHttpAndEventLoop = only(
            "org.xnio..",
            "dev.ipgate.server",
            "dev.ipgate.upstream",
            "dev.ipgate.http",
            "dev.ipgate.tls",
            "dev.ipgate.http2",
            "dev.ipgate.eventloop");

    @ArchTest
    static final ArchRule commonsNetIsKnownToNet = only("org.apache.commons.net..", "dev.ipgate.net");

    @ArchTest
    static final ArchRule re2jIsKnownToWhatKnowsLocations =
            only("com.google.re2j..", "dev.ipgate.config", "dev.ipgate.nginx", "dev.ipgate.server");

    @ArchTest
    static final ArchRule caffeineIsKnownToAuth = only("com.github.benmanes.caffeine..", "dev.ipgate.auth");

    @ArchTest
    static final ArchRule commonsCodecIsKnownToAuth = only("org.apache.commons.codec..", "dev.ipgate.auth");

    @ArchTest
    static final ArchRule prometheusIsKnownToMetrics = only("io.prometheus..", "dev.ipgate.metrics");

    @ArchTest
    static final ArchRule springSecurityIsKnownToAuth = only("org.springframework..", "dev.ipgate.auth");

    @ArchTest
    static final ArchRule dnsjavaIsKnownToLists = only("org.xbill..", "dev.ipgate.lists");

    @ArchTest
    static final ArchRule jacksonIsKnownToLists = only("com.fasterxml..", "dev.ipgate.lists");

    @ArchTest
    static final ArchRule maxMindIsKnownToLists = only("com.maxmind..", "dev.ipgate.lists");

    /** What auth does with a request is arithmetic: no socket, no file, no clock but the one it is given. */
    @ArchTest
    static final ArchRule authIsPure = noClasses()
            .that()
            .resideInAPackage("dev.ipgate.auth")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.io..", "java.nio.file..", "java.nio.channels..", "java.net..")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis");

    /** Neither what a request says nor what is printed about it may cause a look-up; upstream resolves the app's name. */
    @ArchTest
    static final ArchRule namesAreLookedUpByUpstreamAlone = noClasses()
            .that()
            .resideOutsideOfPackage("dev.ipgate.upstream")
            .should()
            .accessTargetWhere(target(owner(resideInAPackage("java.net")))
                    .and(target(nameMatching("getByName|getAllByName|getHostName|getCanonicalHostName"))))
            .orShould()
            .callConstructor(InetSocketAddress.class, String.class, int.class)
            .because("these ask DNS for whatever is no literal");

    @ArchTest
    static final ArchRule onlyCommandsPrint = noClasses()
            .that()
            .resideOutsideOfPackages("dev.ipgate", "dev.ipgate.cli")
            .and()
            .doNotHaveFullyQualifiedName("dev.ipgate.server.LineWriter")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .because("the rest of the program logs");

    private static ArchRule only(String library, String... knowers) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(knowers)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .because("a library has one place");
    }
}
