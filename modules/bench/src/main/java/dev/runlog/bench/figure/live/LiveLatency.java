package dev.runlog.bench.figure.live;

import dev.runlog.bench.database.DataSet;
import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.result.Row;
import dev.runlog.bench.result.Samples;
import dev.runlog.bench.support.BenchFailure;
import dev.runlog.bench.support.Pause;
import dev.runlog.bench.support.Progress;
import dev.runlog.bench.traffic.OwnerTokens;
import dev.runlog.bench.traffic.Subscribers;
import dev.runlog.contract.model.Ids;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The time from when a change was due until its event reaches a subscriber, compared with the time until its response:
 * both wait for the same commit. Changes are sent at a fixed rate.
 */
public final class LiveLatency implements Figure {
    private static final int SUBSCRIBERS_MAX = 2_000;
    /** Each subscriber of an owner gets all of the owner's changes. */
    private static final int SUBSCRIBERS_OF_OWNER_MAX = 2;

    private static final int IDLE_PER_SECOND = 10;
    private static final int BUSY_PER_SECOND = 1_000;
    /** Maximum requests per second; more changes are combined. */
    private static final int REQUESTS_PER_SECOND_MAX = 100;

    private static final int UNANSWERED_MAX = 50;
    private static final int DELIVERY_MILLIS = 2_000;
    private static final int ID_LENGTH = 36;
    /** Text before the ID in the events of {@link Subscribers}. */
    private static final String EXECUTION = "\"execution\":{\"id\":\"";

    private final String name;
    private final int perSecond;

    private LiveLatency(String name, int perSecond) {
        this.name = name;
        this.perSecond = perSecond;
    }

    public static Figure idle() {
        return new LiveLatency("live-idle", IDLE_PER_SECOND);
    }

    public static Figure busy() {
        return new LiveLatency("live-busy", BUSY_PER_SECOND);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Row> measure(Bench bench) {
        bench.server();
        int count = Math.min(SUBSCRIBERS_MAX, bench.set().owners() * SUBSCRIBERS_OF_OWNER_MAX);
        List<Double> medians = new ArrayList<>();
        List<Double> tails = new ArrayList<>();
        List<Double> answerMedians = new ArrayList<>();
        List<Double> answerTails = new ArrayList<>();
        try (Subscribers subscribers =
                Subscribers.open(bench.set(), bench.server().port(), count)) {
            new Changes(bench, perSecond, subscribers, count).run();
            for (int round = 0; round < bench.options().rounds(); round++) {
                Changes changes = new Changes(bench, perSecond, subscribers, count);
                changes.run();
                medians.add(percentile(changes.events, 0.5));
                tails.add(percentile(changes.events, 0.99));
                answerMedians.add(percentile(changes.answers, 0.5));
                answerTails.add(percentile(changes.answers, 0.99));
                Progress.say(
                        "  %s, round %d: event %.2f ms, p99 %.2f ms; answer %.2f ms, p99 %.2f ms",
                        name,
                        round + 1,
                        percentile(changes.events, 0.5),
                        percentile(changes.events, 0.99),
                        percentile(changes.answers, 0.5),
                        percentile(changes.answers, 0.99));
            }
        }
        String title = "Change at a subscriber, %,d changes/s".formatted(perSecond);
        String note = "%,d subscribers; from when it was due".formatted(count);
        return List.of(
                Row.ofRatio(title, "ms", new Samples(medians), "its answer", new Samples(answerMedians), null, note),
                Row.ofRatio(
                        title + ", 99th percentile",
                        "ms",
                        new Samples(tails),
                        "its answer",
                        new Samples(answerTails),
                        null,
                        note));
    }

    private static double percentile(List<Long> nanos, double part) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, sorted.length * part)] / 1e6;
    }

    /** One round of changes: executions that start, and finish a second later. */
    private static final class Changes {
        private final Bench bench;
        private final int perRequest;
        private final int requestsPerSecond;
        private final Subscribers subscribers;
        private final int count;
        private final Map<String, Long> due = new ConcurrentHashMap<>();
        private final List<Long> events = Collections.synchronizedList(new ArrayList<>());
        private final List<Long> answers = Collections.synchronizedList(new ArrayList<>());
        private int expected;

        Changes(Bench bench, int perSecond, Subscribers subscribers, int count) {
            this.bench = bench;
            this.requestsPerSecond = Math.min(perSecond, REQUESTS_PER_SECOND_MAX);
            this.perRequest = perSecond / requestsPerSecond;
            this.subscribers = subscribers;
            this.count = count;
        }

        void run() {
            subscribers.listen(this::receive);
            int requests = requestsPerSecond * (int) bench.options().time().toSeconds();
            Semaphore unanswered = new Semaphore(UNANSWERED_MAX);
            List<List<String>> begun = new ArrayList<>();
            List<CompletableFuture<Void>> sent = new ArrayList<>();
            long began = System.nanoTime();
            for (int request = 0; request < requests; request++) {
                long at = began + request * 1_000_000_000L / requestsPerSecond;
                long early = at - System.nanoTime();
                if (early > 1_000_000) {
                    Pause.millis(early / 1_000_000);
                }
                List<String> lines = new ArrayList<>();
                boolean starts = request / requestsPerSecond % 2 == 0;
                if (starts) {
                    begun.add(start(lines, at));
                } else if (!begun.isEmpty()) {
                    finish(lines, begun.remove(0), at);
                }
                unanswered.acquireUninterruptibly();
                sent.add(bench.server()
                        .sendEvents(OwnerTokens.ENGINE, String.join("\n", lines))
                        .whenComplete((answer, failure) -> unanswered.release())
                        .thenAccept(answer -> answers.add(System.nanoTime() - at)));
            }
            sent.forEach(CompletableFuture::join);
            Pause.millis(DELIVERY_MILLIS);
            subscribers.listen(null);
            if (events.size() != expected) {
                throw new BenchFailure("Only " + events.size() + " of " + expected + " events arrived within "
                        + DELIVERY_MILLIS + " ms.");
            }
        }

        private List<String> start(List<String> lines, long at) {
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < perRequest; i++) {
                int workflow = ThreadLocalRandom.current().nextInt(bench.set().workflows());
                String id = Ids.next().toString();
                ids.add(id + " " + workflow);
                expect(id + "ENTERED", workflow, at);
                lines.add("{\"event\":\"started\",\"owner\":\"" + bench.set().owner(workflow) + "\",\"workflow\":\""
                        + DataSet.KEY_PREFIX + workflow + "\",\"id\":\"" + id + "\"}");
            }
            return ids;
        }

        private void finish(List<String> lines, List<String> ids, long at) {
            for (String idAndWorkflow : ids) {
                String id = idAndWorkflow.substring(0, ID_LENGTH);
                int workflow = Integer.parseInt(idAndWorkflow.substring(ID_LENGTH + 1));
                expect(id + "LEFT", workflow, at);
                lines.add("{\"event\":\"finished\",\"owner\":\"" + bench.set().owner(workflow) + "\",\"id\":\"" + id
                        + "\",\"status\":\"SUCCESS\"}");
            }
        }

        private void expect(String change, int workflow, long at) {
            due.put(change, at);
            int owner = workflow % bench.set().owners();
            for (int subscriber = owner;
                    subscriber < count;
                    subscriber += bench.set().owners()) {
                expected++;
            }
        }

        private void receive(String message) {
            long now = System.nanoTime();
            int id = message.indexOf(EXECUTION);
            if (id < 0) {
                return;
            }
            id += EXECUTION.length();
            String kind = message.contains("\"LEFT\"") ? "LEFT" : "ENTERED";
            Long at = due.get(message.substring(id, id + ID_LENGTH) + kind);
            if (at != null) {
                events.add(now - at);
            }
        }
    }
}
