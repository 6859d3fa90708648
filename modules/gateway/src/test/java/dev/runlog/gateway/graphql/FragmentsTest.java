package dev.runlog.gateway.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.graphql.protocol.Answer;
import dev.runlog.gateway.graphql.protocol.GraphqlRequest;
import dev.runlog.gateway.live.LiveFeed;
import dev.runlog.gateway.memory.AnswerMemory;
import dev.runlog.testing.Futures;
import dev.runlog.testing.Settings;
import graphql.ExecutionResult;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fragments that would keep validation busy for seconds are refused at once; those of real clients are not. */
@ExtendWith(VertxExtension.class)
final class FragmentsTest {
    private static final GatewayConfig.Graphql CONFIG = Settings.of("graphql").as(GatewayConfig.Graphql.class);
    private static final Viewer VIEWER = new Viewer("alice", EnumSet.allOf(Scope.class));
    /** Validation took at least ten times as long. */
    private static final long CPU_MILLIS_MAX = 100;

    private GraphqlEngine engine;

    @BeforeEach
    void start(Vertx vertx) {
        Bus bus = Bus.create(vertx, Duration.ofSeconds(5));
        Promise<GraphqlEngine> created = Promise.promise();
        vertx.runOnContext(now -> created.complete(new GraphqlEngine(
                new GraphqlSchemas(CONFIG),
                bus,
                new AnswerMemory(CONFIG.responseMaxBytes(), CONFIG.responsesMaxBytes()),
                CONFIG,
                LiveFeed.start(
                        vertx, bus, Settings.of("live").as(GatewayConfig.Live.class), new SimpleMeterRegistry()))));
        engine = Futures.await(created.future());
        // Compiles and loads what every query needs.
        IntStream.range(0, 20)
                .forEach(i -> result("{ a" + i + ": viewer { subject } ...f } fragment f on Query { __typename }"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "...f%2$d ...f%2$d",
                "...f%2$d",
                "__typename ...f%2$d @skip(if: true)",
                "viewer { subject } ... { ...f%2$d }"
            })
    void areRefusedAtOnceIfTheySpreadOneAnother(String selections) {
        String chain = IntStream.range(0, 300)
                .mapToObj(i -> (" fragment f%1$d on Query{" + selections + "}").formatted(i, i + 1))
                .collect(Collectors.joining());

        assertRefusedAtOnce("{ ...f0 }" + chain + " fragment f300 on Query{__typename}", "graphql.cost-max");
    }

    @Test
    void areRefusedAtOnceIfTheyFormACircle() {
        String cycle = IntStream.range(0, 400)
                .mapToObj(i -> " fragment f%d on Query{...f%d}".formatted(i, (i + 1) % 400))
                .collect(Collectors.joining());

        assertRefusedAtOnce("{ ...f0 }" + cycle, "cycle");
    }

    @Test
    void areRefusedAtOnceIfEachSpreadsAllOthers() {
        String all = IntStream.range(0, 60)
                .mapToObj(i -> " fragment f" + i + " on Query{__typename "
                        + IntStream.range(i + 1, 60).mapToObj(j -> "...f" + j).collect(Collectors.joining(" ")) + "}")
                .collect(Collectors.joining());

        assertRefusedAtOnce("{ ...f0 }" + all, "graphql.cost-max");
    }

    @Test
    void areRefusedAtOnceIfManyOperationsUseThem() {
        String operations = IntStream.range(0, 500)
                .mapToObj(i -> " query q%d{...f}".formatted(i))
                .collect(Collectors.joining());

        assertRefusedAtOnce(operations + " fragment f on Query{" + "__typename ".repeat(800) + "}", "graphql.cost-max");
    }

    @Test
    void areAnsweredInATreeOfComponents() {
        String tree = IntStream.range(0, 127)
                .mapToObj(i -> " fragment f%d on Viewer{subject %s}"
                        .formatted(i, i < 63 ? "...f" + (2 * i + 1) + " ...f" + (2 * i + 2) : "scopes"))
                .collect(Collectors.joining());

        try (Answer answer = answer("{ viewer { ...f0 } }" + tree)) {
            assertThat(answer.write().toString()).contains("alice").doesNotContain("errors");
        }
    }

    @Test
    void areLeftToValidationIfUnknown() {
        assertThat(result("{ ...absent }").getErrors())
                .singleElement()
                .satisfies(error -> assertThat(error.getMessage()).contains("absent"));
    }

    private void assertRefusedAtOnce(String query, String reason) {
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();

        ExecutionResult result = result(query);

        long millis = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / 1_000_000;
        assertThat(query).hasSizeLessThan(20_000);
        assertThat(result.getErrors()).hasSize(1);
        assertThat(result.getErrors().get(0).getMessage()).contains(reason);
        assertThat(result.getErrors().get(0).getExtensions()).containsEntry("code", "BAD_INPUT");
        assertThat(millis).as("milliseconds of processor time").isLessThan(CPU_MILLIS_MAX);
    }

    /** Runs in the thread of the test, which is not an event loop. */
    private ExecutionResult result(String query) {
        try (Answer answer = answer(query)) {
            return answer.result();
        }
    }

    private Answer answer(String query) {
        return Futures.await(engine.execute(new GraphqlRequest(query, null, Map.of(), Map.of()), VIEWER));
    }
}
