package dev.runlog.contract.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.querying.LabelCondition;
import dev.runlog.contract.querying.RowFilter;
import dev.runlog.contract.recording.ExecutionRef;
import dev.runlog.contract.recording.RunFinished;
import dev.runlog.contract.recording.RunStarted;
import dev.runlog.contract.recording.WorkflowRef;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Records with builders, with each component set. */
final class BuildersTest {
    private static final Instant NOW = Instant.parse("2026-11-28T01:30:00Z");
    private static final ExecutionRef OTHER = ExecutionRef.of(Ids.next());
    private static final RunStarted STARTED = RunStarted.builder(new WorkflowRef(null, "import", "Import"))
            .execution(ExecutionRef.of(Ids.next()))
            .owner("alice")
            .queuedAt(NOW)
            .startedAt(NOW)
            .trigger("schedule")
            .attempt(2)
            .parent(OTHER)
            .retryOf(OTHER)
            .labels(Map.of("tier", "gold"))
            .payload("{}")
            .heartbeatTimeout(Duration.ofMinutes(1))
            .build();
    private static final RunFinished FINISHED = RunFinished.builder(Ids.next(), ExecutionStatus.FAILED)
            .owner("alice")
            .workflow(new WorkflowRef(null, "import", null))
            .startedAt(NOW)
            .finishedAt(NOW)
            .parent(() -> OTHER)
            .retryOf(() -> OTHER)
            .result("{}")
            .error(new ExecutionError("broken", "Timeout", "at", "{}"))
            .build();
    private static final Execution EXECUTION = Execution.running(Ids.next(), Ids.next(), "alice")
            .externalId(new ExternalId("cron", "4711"))
            .status(ExecutionStatus.FAILED)
            .trigger("schedule")
            .attempt(2)
            .parentId(Ids.next())
            .retryOf(Ids.next())
            .labels(Map.of("tier", "gold"))
            .queuedAt(NOW)
            .startedAt(NOW)
            .finishedAt(NOW)
            .heartbeat(NOW, NOW)
            .error("Timeout", "broken", "f1")
            .truncated(Set.of(ExecutionPart.RESULT))
            .sanitized(Set.of(ExecutionPart.PAYLOAD))
            .redacted(3)
            .held(true)
            .detail(new ExecutionDetail(Ids.next(), "{}", "{}", "{}", "at"))
            .build();
    private static final RowFilter FILTER = RowFilter.builder()
            .finishedWithin(NOW, NOW)
            .durationWithin(Duration.ZERO, Duration.ofHours(1))
            .triggers(Set.of("schedule"))
            .labels(List.of(LabelCondition.is("tier", "gold")))
            .errorContains("broken")
            .errorFingerprints(Set.of("f1"))
            .parentId(Ids.next())
            .retryOf(Ids.next())
            .held(true)
            .rootsOnly(true)
            .retriesOnly(true)
            .latestAttemptsOnly(true)
            .externalId(new ExternalId(null, "4711"))
            .search("4711")
            .build();

    @Test
    void builtAgainARecordIsTheSame() throws ReflectiveOperationException {
        for (Record full : List.of(STARTED, FINISHED, EXECUTION, FILTER)) {
            assertThat(unset(full)).as(full.getClass().getSimpleName()).isSubsetOf("warnings");
        }
        assertThat(STARTED.toBuilder().build()).isEqualTo(STARTED);
        assertThat(FINISHED.toBuilder().build()).isEqualTo(FINISHED);
        assertThat(EXECUTION.toBuilder().build()).isEqualTo(EXECUTION);
        assertThat(FILTER.toBuilder().build()).isEqualTo(FILTER);
    }

    /** A new component is content unless somebody decides otherwise, here. */
    @Test
    void withoutContentsNothingIsLeftThatSomebodyWrote() throws ReflectiveOperationException {
        Execution outline = EXECUTION.withoutContents();

        Set<String> kept = new TreeSet<>();
        for (RecordComponent component : Execution.class.getRecordComponents()) {
            Object value = component.getAccessor().invoke(outline);
            if (Objects.equals(value, component.getAccessor().invoke(EXECUTION))) {
                kept.add(component.getName());
            }
        }
        assertThat(kept)
                .containsExactly(
                        "attempt",
                        "finishedAt",
                        "heartbeatDeadline",
                        "held",
                        "id",
                        "lastHeartbeatAt",
                        "owner",
                        "queuedAt",
                        "redacted",
                        "sanitized",
                        "startedAt",
                        "status",
                        "truncated",
                        "workflowId");
        assertThat(outline.hasError()).isTrue();
    }

    private static Set<String> unset(Record full) throws ReflectiveOperationException {
        Set<String> unset = new TreeSet<>();
        for (RecordComponent component : full.getClass().getRecordComponents()) {
            Object value = component.getAccessor().invoke(full);
            if (value == null
                    || value.equals(false)
                    || value instanceof Collection<?> several && several.isEmpty()
                    || value instanceof Map<?, ?> map && map.isEmpty()) {
                unset.add(component.getName());
            }
        }
        return unset;
    }
}
