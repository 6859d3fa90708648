package dev.runlog.app;

import dev.runlog.testing.Futures;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/** A producer, and what it can see of a stream. */
final class RedisStreams implements AutoCloseable {
    private static final int PIPELINED_MAX = 500;

    private final Redis redis;

    RedisStreams(Vertx vertx, String url) {
        this.redis = Redis.createClient(vertx, url);
    }

    Response send(Command command, Object... arguments) {
        return Futures.await(redis.send(request(command, arguments)));
    }

    private static Request request(Command command, Object... arguments) {
        Request request = Request.cmd(command);
        for (Object argument : arguments) {
            if (argument instanceof byte[] bytes) {
                request.arg(bytes);
            } else {
                request.arg(argument.toString());
            }
        }
        return request;
    }

    /** Adds events; returns their entry IDs. */
    List<String> add(String stream, List<String> events) {
        return IntStream.iterate(0, from -> from < events.size(), from -> from + PIPELINED_MAX)
                .mapToObj(from -> events.subList(from, Math.min(events.size(), from + PIPELINED_MAX)))
                .flatMap(some -> Futures.await(redis.batch(some.stream()
                                .map(event -> request(Command.XADD, stream, "*", "event", event))
                                .toList()))
                        .stream())
                .map(Response::toString)
                .toList();
    }

    String add(String stream, String event) {
        return add(stream, List.of(event)).get(0);
    }

    /** Adds an entry of any fields. */
    String addFields(String stream, Object... fields) {
        Object[] arguments = new Object[fields.length + 2];
        arguments[0] = stream;
        arguments[1] = "*";
        System.arraycopy(fields, 0, arguments, 2, fields.length);
        return send(Command.XADD, arguments).toString();
    }

    /** Number of entries that were delivered and not acknowledged. */
    int pending(String stream) {
        return group(stream).map(group -> group.get("pending").toInteger()).orElse(0);
    }

    /** Whether the group has read all entries, and each is acknowledged. */
    boolean isSettled(String stream) {
        return group(stream)
                .filter(group -> group.get("pending").toInteger() == 0)
                .filter(group -> group.get("last-delivered-id").toString().equals(lastId(stream)))
                .isPresent();
    }

    private String lastId(String stream) {
        return send(Command.XINFO, "STREAM", stream).get("last-generated-id").toString();
    }

    private Optional<Response> group(String stream) {
        return list(send(Command.XINFO, "GROUPS", stream)).stream().findFirst();
    }

    /** Names of the consumers. */
    List<String> consumers(String stream) {
        return list(send(Command.XINFO, "CONSUMERS", stream, "runlog")).stream()
                .map(consumer -> consumer.get("name").toString())
                .toList();
    }

    /** The dead letters by the IDs of their entries. */
    Map<String, Map<String, String>> deadLetters(String stream) {
        Map<String, Map<String, String>> letters = new LinkedHashMap<>();
        for (Response letter : send(Command.XRANGE, stream + ".dead", "-", "+")) {
            Map<String, String> fields = new LinkedHashMap<>();
            Response all = letter.get(1);
            for (int i = 0; i < all.size(); i += 2) {
                fields.put(all.get(i).toString(), all.get(i + 1).toString(StandardCharsets.UTF_8));
            }
            letters.put(fields.get("entry"), fields);
        }
        return letters;
    }

    private static List<Response> list(Response multi) {
        return StreamSupport.stream(multi.spliterator(), false).toList();
    }

    @Override
    public void close() {
        redis.close();
    }
}
