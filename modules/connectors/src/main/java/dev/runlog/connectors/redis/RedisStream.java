package dev.runlog.connectors.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stream and its group, which is created when it is missing. The operations are Lua scripts: a step that takes
 * several commands is done completely or not at all, and replies are bounded in bytes.
 */
final class RedisStream {
    /** Position of the first entry, for a scan of entries that are due again. */
    static final String START = "-";
    /** No scan. */
    static final String NOWHERE = "";

    private static final Logger log = LoggerFactory.getLogger(RedisStream.class);
    private static final String CONSUMERS = "runlog-";
    private static final Duration CONSUMER_IDLE_MAX = Duration.ofDays(1);

    private static final String TAKE = script("take.lua");
    private static final String SETTLE = script("settle.lua");
    private static final String FORGET = script("forget.lua");

    private final RedisLink link;
    private final RedisConfig config;

    RedisStream(RedisLink link, RedisConfig config) {
        this.link = link;
        this.config = config;
    }

    /**
     * Entries of the group.
     *
     * @param pending delivered and not yet acknowledged
     * @param lag not yet delivered; null if Redis does not know
     */
    record Backlog(long pending, @Nullable Long lag) {}

    /** The name of a consumer of this process. */
    static String consumer(String process, int number) {
        return CONSUMERS + process + "-" + number;
    }

    /**
     * Delivers the next entries to a consumer.
     *
     * @param scan where to look for entries that are due again
     */
    Future<Batch> take(String consumer, String scan) {
        return withGroup(() -> link.send(eval(TAKE)
                        .arg(1)
                        .arg(config.stream())
                        .arg(config.group())
                        .arg(consumer)
                        .arg(config.batchEntriesMax())
                        .arg(config.batchBytesMax())
                        .arg(config.entryMaxBytes())
                        .arg(scan)
                        .arg(config.claimIdle().toMillis())
                        .arg(config.retryMin().toMillis())
                        .arg(config.retryMax().toMillis())))
                .map(RedisStream::batch);
    }

    /** Acknowledges entries; returns the number of dead letters. Without the group, there is nothing to acknowledge. */
    Future<Integer> settle(String consumer, Settlement settlement) {
        Request request = eval(SETTLE)
                .arg(2)
                .arg(config.stream())
                .arg(config.deadLetterStream())
                .arg(config.group())
                .arg(consumer)
                .arg(config.deleteRecorded() ? 1 : 0)
                .arg(config.deadLettersMax())
                .arg(config.entryMaxBytes())
                .arg(settlement.recorded().size());
        settlement.recorded().forEach(request::arg);
        for (Settlement.DeadLetter letter : settlement.dead()) {
            request.arg(letter.id()).arg(letter.code().name()).arg(letter.reason());
        }
        return link.send(request)
                .map(reply -> Objects.requireNonNull(reply).toInteger())
                .recover(failure ->
                        RedisLink.isMissing(failure) ? Future.succeededFuture(0) : Future.failedFuture(failure));
    }

    /** Deletes a consumer, if it has no entries, and those of servers that ended more than a day ago. */
    Future<Void> forget(String consumer) {
        return withGroup(() -> link.send(eval(FORGET)
                        .arg(1)
                        .arg(config.stream())
                        .arg(config.group())
                        .arg(CONSUMERS)
                        .arg(consumer)
                        .arg(CONSUMER_IDLE_MAX.toMillis())))
                .mapEmpty();
    }

    Future<Backlog> backlog() {
        return link.send(Request.cmd(Command.XINFO).arg("GROUPS").arg(config.stream()))
                .map(reply -> backlog(Objects.requireNonNull(reply)));
    }

    private Backlog backlog(Response groups) {
        for (Response group : groups) {
            if (group.get("name").toString().equals(config.group())) {
                Response lag = group.containsKey("lag") ? group.get("lag") : null;
                return new Backlog(group.get("pending").toLong(), lag == null ? null : lag.toLong());
            }
        }
        return new Backlog(0, null);
    }

    private Future<@Nullable Response> withGroup(Supplier<Future<@Nullable Response>> command) {
        return command.get()
                .recover(failure -> RedisLink.isMissing(failure)
                        ? createGroup().compose(created -> command.get())
                        : Future.failedFuture(failure));
    }

    /** Creates the group, and the stream if it is missing. The group begins with the first entry that Redis has. */
    private Future<Void> createGroup() {
        return link.send(Request.cmd(Command.XGROUP)
                        .arg("CREATE")
                        .arg(config.stream())
                        .arg(config.group())
                        .arg("0")
                        .arg("MKSTREAM"))
                .onSuccess(
                        created -> log.info("Created the group {} of the stream {}.", config.group(), config.stream()))
                .recover(failure ->
                        RedisLink.isExisting(failure) ? Future.succeededFuture() : Future.failedFuture(failure))
                .mapEmpty();
    }

    private static Batch batch(@Nullable Response reply) {
        Response fields = Objects.requireNonNull(reply);
        List<StreamEntry> entries = new ArrayList<>();
        for (Response entry : fields.get(4)) {
            Response event = entry.get(3);
            entries.add(new StreamEntry(
                    entry.get(0).toString(),
                    entry.get(1).toInteger(),
                    entry.get(2).toLong(),
                    event == null ? null : event.toBytes()));
        }
        return new Batch(
                fields.get(0).toString(),
                fields.get(1).toInteger(),
                fields.get(2).toInteger(),
                fields.get(3).toInteger(),
                entries);
    }

    private static Request eval(String script) {
        return Request.cmd(Command.EVAL).arg(script);
    }

    private static String script(String name) {
        try (InputStream script = RedisStream.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
