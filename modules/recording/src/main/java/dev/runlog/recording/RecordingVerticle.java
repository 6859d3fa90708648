package dev.runlog.recording;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.recording.CheckRecording;
import dev.runlog.contract.recording.RecordEvents;
import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.contract.recording.UpsertWorkflow;
import dev.runlog.contract.retention.WorkflowDeleted;
import dev.runlog.recording.batch.BatchWriter;
import dev.runlog.recording.batch.ExternalIdSweep;
import dev.runlog.recording.batch.HeartbeatSweep;
import dev.runlog.recording.batch.Partitions;
import dev.runlog.recording.batch.RecordingMetrics;
import dev.runlog.recording.batch.WorkflowDirectory;
import dev.runlog.recording.config.RecordingConfig;
import dev.runlog.recording.event.EventPolicy;
import dev.runlog.recording.queue.Admission;
import dev.runlog.recording.queue.FairQueue;
import dev.runlog.recording.queue.Lane;
import dev.runlog.recording.queue.QueuedEvent;
import dev.runlog.recording.queue.Submission;
import dev.runlog.storage.db.DatabaseConfig;
import dev.runlog.storage.db.Startup;
import dev.runlog.storage.db.WriteFailure;
import dev.runlog.storage.write.RecordingStore;
import dev.runlog.storage.write.WorkflowKey;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts events, writes them in batches and replies after their commit. */
public final class RecordingVerticle extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(RecordingVerticle.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final int FOLD_BATCHES = 200;
    private static final Duration PARTITIONS_INTERVAL = Duration.ofHours(1);

    private final Bus bus;
    private final DatabaseConfig databaseConfig;
    private final RecordingConfig config;
    private final Clock clock;
    private final EventPolicy policy;
    private final Admission admission;
    private final RecordingMetrics metrics;
    private final List<Lane> lanes = new ArrayList<>();
    private final List<MessageConsumer<?>> consumers = new ArrayList<>();
    private @Nullable RecordingStore store;

    /**
     * @param refusal the reason why recording is refused at the moment; empty if it is open
     */
    public RecordingVerticle(
            Bus bus,
            DatabaseConfig databaseConfig,
            RecordingConfig config,
            Clock clock,
            MeterRegistry meters,
            Supplier<Optional<String>> refusal) {
        this.bus = bus;
        this.databaseConfig = databaseConfig;
        this.config = config;
        this.clock = clock;
        this.policy = new EventPolicy(config, clock);
        this.admission = new Admission(config.queueMax(), config.queueCharsMax(), config.queueOwnerShare(), refusal);
        this.metrics = new RecordingMetrics(meters, this::waitingEvents);
    }

    @Override
    public Future<?> start() {
        // One connection more than writers, for the heartbeat sweep and for workflows. No batch waits for these.
        RecordingStore opened = RecordingStore.open(vertx, databaseConfig, config.writers() + 1);
        store = opened;
        Partitions partitions = new Partitions(opened, config.daysPerHourMax());
        WorkflowDirectory workflows =
                new WorkflowDirectory(bus, opened, config.workflowsMax(), config.workflowsPerHourMax());
        HeartbeatSweep sweep = new HeartbeatSweep(bus, opened, clock, config.runTimeMax(), config.queuedTimeMax());
        ExternalIdSweep externalIds = new ExternalIdSweep(vertx, opened, config.externalIdSweepPages());
        BatchWriter writer = new BatchWriter(bus, opened, workflows, partitions, clock, metrics);
        for (int i = 0; i < config.writers(); i++) {
            lanes.add(new Lane(
                    writer::write, this::isAwaited, this::linger, config.batchSizeMax(), config.batchCharsMax()));
        }
        return Startup.untilAvailable(vertx, databaseConfig, () -> partitions.ensure(daysAhead()))
                .onSuccess(ready -> {
                    runEvery(config.heartbeatSweepInterval(), "Heartbeat sweep", sweep::runOnce);
                    runEvery(config.durationsInterval(), "Folding durations", () -> foldDurations(opened));
                    runEvery(config.externalIdSweepInterval(), "Sweeping external IDs", externalIds::runOnce);
                    runEvery(PARTITIONS_INTERVAL, "Creating partitions", () -> partitions.ensure(daysAhead()));
                    consumers.add(bus.handle(RecordEvents.class, this::record));
                    consumers.add(bus.handle(CheckRecording.class, this::check));
                    consumers.add(bus.handle(UpsertWorkflow.class, request -> upsertWorkflow(workflows, request)));
                    consumers.add(bus.subscribe(
                            WorkflowDeleted.class,
                            deleted -> workflows.forgetDeleted(deleted.owner(), deleted.workflowId())));
                });
    }

    /** Stops accepting events, replies to those accepted, then closes. */
    @Override
    public Future<?> stop() {
        return Future.join(consumers.stream().map(MessageConsumer::unregister).toList())
                .otherwiseEmpty()
                .compose(done -> Future.join(lanes.stream().map(Lane::drain).toList()))
                .compose(done -> store == null ? Future.succeededFuture() : store.close());
    }

    private static Future<Void> foldDurations(RecordingStore opened) {
        return opened.foldDurations(FOLD_BATCHES)
                .compose(folded -> folded < FOLD_BATCHES ? Future.succeededFuture() : foldDurations(opened));
    }

    private Future<RecordEvents.Outcomes> record(RecordEvents request) {
        request.viewer().require(Scope.WRITE, Scope.ENGINE);
        admission.requireOpen();
        Submission submission =
                new Submission(request.viewer().subject(), request.events().size());
        List<QueuedEvent> valid = new ArrayList<>(request.events().size());
        List<Runnable> rejections = new ArrayList<>();
        for (int i = 0; i < request.events().size(); i++) {
            int index = i;
            RecordingEvent event = request.events().get(i);
            try {
                String owner = owner(request.viewer(), event.owner());
                valid.add(new QueuedEvent(owner, policy.check(event), submission, index));
            } catch (RunlogException rejection) {
                rejections.add(() -> {
                    metrics.count(RecordEvents.Verdict.REJECTED);
                    submission.settle(index, Outcome.rejected(rejection));
                });
            }
        }
        admission.require(valid, queues());
        rejections.forEach(Runnable::run);
        valid.forEach(queued -> lane(queued.event().target().laneKey()).add(queued));
        lanes.forEach(Lane::flush);
        return submission.answer();
    }

    private Future<CheckRecording.State> check(CheckRecording request) {
        return Future.succeededFuture(
                new CheckRecording.State(admission.refusal().orElse(null)));
    }

    private Future<UpsertWorkflow.Saved> upsertWorkflow(WorkflowDirectory workflows, UpsertWorkflow request) {
        request.viewer().require(Scope.WRITE, Scope.ENGINE);
        admission.requireOpen();
        String owner = owner(request.viewer(), request.owner());
        policy.checkWorkflow(request.key(), request.name());
        return workflows
                .upsert(
                        new WorkflowKey(owner, request.key()),
                        request.name(),
                        request.viewer().subject())
                .map(saved -> new UpsertWorkflow.Saved(saved.workflow()))
                .recover(failure -> Future.failedFuture(
                        !(failure instanceof RunlogException) && WriteFailure.of(failure) == WriteFailure.UNAVAILABLE
                                ? WriteFailure.overloaded(failure)
                                : failure));
    }

    private String owner(Viewer viewer, @Nullable String named) {
        if (named == null || named.equals(viewer.subject())) {
            return viewer.subject();
        }
        viewer.require(Scope.ENGINE);
        policy.checkOwner(named);
        return named;
    }

    private long waitingEvents() {
        return queues().stream().mapToLong(FairQueue::events).sum();
    }

    private List<FairQueue> queues() {
        return lanes.stream().map(Lane::waiting).toList();
    }

    /** Whether the caller still waits for the event. Fails a request that has waited too long. */
    private boolean isAwaited(QueuedEvent queued) {
        Submission submission = queued.submission();
        if (!submission.isAnswered()
                && System.nanoTime() - submission.acceptedNanos()
                        > config.queueWait().toNanos()) {
            submission.fail(RunlogException.overloaded("Recording cannot keep up.", RETRY_AFTER));
        }
        return !submission.isAnswered();
    }

    private Future<?> linger() {
        long millis = config.batchLinger().toMillis();
        return millis == 0 ? Future.succeededFuture() : vertx.timer(millis, TimeUnit.MILLISECONDS);
    }

    private Lane lane(UUID key) {
        return lanes.get(Math.floorMod(key.hashCode(), lanes.size()));
    }

    private List<LocalDate> daysAhead() {
        LocalDate today = LocalDate.now(clock.withZone(ZoneOffset.UTC));
        return IntStream.rangeClosed(0, config.partitionsAheadDays())
                .mapToObj(today::plusDays)
                .toList();
    }

    private void runEvery(Duration interval, String task, Supplier<Future<?>> work) {
        boolean[] running = {false};
        vertx.setPeriodic(interval.toMillis(), timer -> {
            if (!running[0]) {
                running[0] = true;
                work.get()
                        .onFailure(failure -> log.warn("{} failed: {}", task, failure.toString()))
                        .onComplete(done -> running[0] = false);
            }
        });
    }
}
