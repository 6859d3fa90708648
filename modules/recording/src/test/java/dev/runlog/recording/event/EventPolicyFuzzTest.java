package dev.runlog.recording.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.ExecutionError;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.ExternalId;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.StepStatus;
import dev.runlog.contract.recording.ExecutionRef;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.contract.recording.RecordingEvent.Completed;
import dev.runlog.contract.recording.RecordingEvent.Heartbeat;
import dev.runlog.contract.recording.RecordingEvent.StepsRecorded;
import dev.runlog.contract.recording.RunFinished;
import dev.runlog.contract.recording.RunStarted;
import dev.runlog.contract.recording.StepEvent;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.recording.Configs;
import dev.runlog.testing.fuzz.Fuzz;
import dev.runlog.testing.fuzz.Inputs;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;
import org.quicktheories.core.RandomnessSource;

/** Events with any combination of valid and invalid parts. */
final class EventPolicyFuzzTest {
    private static final Instant NOW = Instant.parse("2026-11-24T04:26:10.123Z");
    private static final Gen<String> TEXTS = Inputs.near("daily-report", "cron", "é", "password=x");
    private static final Gen<String> JSON = Inputs.near("{\"a\":[1,2]}", "\"x\"", "null");

    private final EventPolicy policy = new EventPolicy(Configs.with(100, 100, 100), Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void acceptsOrRefusesAnyEvent() {
        Gen<RecordingEvent> events = EventPolicyFuzzTest::event;

        Fuzz.checkParser(events, event -> {
            ValidEvent valid = policy.check(event);

            assertThat(valid.target().id()).isNotNull();
            assertThat(valid.chars()).isPositive();
        });
    }

    private static RecordingEvent event(RandomnessSource random) {
        return switch (Inputs.draw(random, 0, 4)) {
            case 0 -> started(random);
            case 1 -> finished(random);
            case 2 -> {
                RunStarted start = started(random);
                RunFinished finish = finished(random);
                yield new Completed(start, finish);
            }
            case 3 -> steps(random);
            default -> new Heartbeat(execution(random), text(random), maybe(random) ? null : workflow(random));
        };
    }

    private static RunStarted started(RandomnessSource random) {
        return RunStarted.builder(workflow(random))
                .execution(maybe(random) ? null : execution(random))
                .owner(text(random))
                .startedAt(moment(random))
                .trigger(text(random))
                .attempt(maybe(random) ? null : Inputs.draw(random, -2, 3))
                .parent(maybe(random) ? null : execution(random))
                .labels(labels(random))
                .payload(json(random))
                .heartbeatTimeout(maybe(random) ? null : Duration.ofSeconds(seconds(random)))
                .build();
    }

    private static RunFinished finished(RandomnessSource random) {
        ExecutionStatus status = Inputs.one(random, List.of(ExecutionStatus.values()));
        return RunFinished.builder(execution(random), status)
                .owner(text(random))
                .workflow(maybe(random) ? null : workflow(random))
                .startedAt(moment(random))
                .finishedAt(moment(random))
                .result(json(random))
                .error(error(random))
                .build();
    }

    private static StepsRecorded steps(RandomnessSource random) {
        List<StepEvent> steps = new ArrayList<>();
        for (int i = Inputs.draw(random, 0, 3); i > 0; i--) {
            String name = text(random);
            StepStatus status = Inputs.one(random, List.of(StepStatus.values()));
            steps.add(StepEvent.builder(Inputs.draw(random, -1, 60), name == null ? "" : name, status)
                    .parentIndex(maybe(random) ? null : Inputs.draw(random, -1, 60))
                    .attempt(maybe(random) ? null : Inputs.draw(random, -2, 3))
                    .kind(text(random))
                    .startedAt(moment(random))
                    .finishedAt(moment(random))
                    .input(json(random))
                    .output(json(random))
                    .error(error(random))
                    .build());
        }
        return new StepsRecorded(execution(random), text(random), maybe(random) ? null : workflow(random), steps);
    }

    private static ExecutionRef execution(RandomnessSource random) {
        UUID id = id(random);
        return id == null ? ExecutionRef.of(new ExternalId(text(random), TEXTS.generate(random))) : ExecutionRef.of(id);
    }

    private static WorkflowRef workflow(RandomnessSource random) {
        UUID id = id(random);
        WorkflowRef workflow = id == null ? WorkflowRef.ofKey(TEXTS.generate(random)) : WorkflowRef.ofId(id);
        return Inputs.draw(random, 0, 1) == 0 ? workflow : workflow.named(TEXTS.generate(random));
    }

    private static Map<String, String> labels(RandomnessSource random) {
        Map<String, String> labels = new TreeMap<>();
        for (int i = Inputs.draw(random, 0, 4); i > 0; i--) {
            labels.put(TEXTS.generate(random), TEXTS.generate(random));
        }
        return labels;
    }

    private static @Nullable Instant moment(RandomnessSource random) {
        List<@Nullable Instant> moments =
                new ArrayList<>(Arrays.asList(null, NOW, Instant.MIN, Instant.MAX, Instant.EPOCH));
        moments.add(NOW.plusSeconds(Inputs.draw(random, -100_000, 1000)));
        return moments.get(Inputs.draw(random, 0, moments.size() - 1));
    }

    private static long seconds(RandomnessSource random) {
        return Inputs.one(random, List.of(60L, 0L, -1L, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40));
    }

    private static @Nullable UUID id(RandomnessSource random) {
        return switch (Inputs.draw(random, 0, 3)) {
            case 0 -> Ids.at(NOW);
            case 1 -> null;
            case 2 -> new UUID(Inputs.draw(random, 0, 1 << 30), Inputs.draw(random, 0, 1 << 30));
            default -> new UUID(-1, -1);
        };
    }

    private static @Nullable String text(RandomnessSource random) {
        return maybe(random) ? null : TEXTS.generate(random);
    }

    private static @Nullable String json(RandomnessSource random) {
        return maybe(random) ? null : JSON.generate(random);
    }

    private static @Nullable ExecutionError error(RandomnessSource random) {
        return maybe(random) ? null : new ExecutionError(text(random), text(random), text(random), json(random));
    }

    private static boolean maybe(RandomnessSource random) {
        return Inputs.draw(random, 0, 2) == 2;
    }
}
