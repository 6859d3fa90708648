package dev.runlog.gateway.events;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.recording.RecordEvents;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.gateway.GatewayConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.parsetools.RecordParser;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One body on its way to recording: lines become events, events become requests of a bounded size, and the client is
 * read no faster than they are recorded.
 */
final class EventStream {
    private static final int EVENTS_PER_REQUEST = 1000;
    private static final int BYTES_PER_REQUEST = 4 << 20;
    private static final int REQUESTS_UNDER_WAY_MAX = 4;

    private final Bus bus;
    private final Viewer viewer;
    private final GatewayConfig.Http config;
    private final EventsReport report = new EventsReport();
    private final Promise<EventsReport> done = Promise.promise();

    private List<RecordingEvent> events = new ArrayList<>();
    private List<Integer> lines = new ArrayList<>();
    private long bytesGathered;
    private long bytesRead;
    private int line;
    private int underWay;
    private boolean ended;
    /** Not {@code request.isEnded()}, which is true as soon as the end arrived, with lines before it still paused. */
    private boolean readToEnd;

    EventStream(Bus bus, Viewer viewer, GatewayConfig.Http config) {
        this.bus = bus;
        this.viewer = viewer;
        this.config = config;
    }

    /** Reads to the end, or to the first failure that is not a line's own. */
    Future<EventsReport> read(HttpServerRequest request) {
        RecordParser parser = RecordParser.newDelimited("\n", record -> {
            if (!ended) {
                onLine(record, request);
            }
        });
        parser.maxRecordSize(config.bodyMaxBytes());
        parser.exceptionHandler(tooLong -> stop(
                request,
                RunlogException.badInput("Line " + (line + 1) + " is longer than http.body-max-bytes, "
                        + config.bodyMaxBytes() + " bytes.")));
        request.exceptionHandler(gone -> {
            // What the client sent is recorded; nobody is there to answer.
            ended = true;
            done.tryFail(gone);
        });
        request.handler(parser);
        request.endHandler(end -> {
            readToEnd = true;
            if (!ended) {
                // The last line needs no end of its own.
                parser.handle(Buffer.buffer("\n"));
                ended = true;
                flush(request);
                finishIfDone();
            }
        });
        request.resume();
        return done.future();
    }

    private void onLine(Buffer record, HttpServerRequest request) {
        line++;
        bytesRead += record.length() + 1;
        if (bytesRead > config.eventsBodyMaxBytes()) {
            stop(
                    request,
                    RunlogException.badInput("The body is larger than http.events-body-max-bytes, "
                            + config.eventsBodyMaxBytes() + " bytes; lines from " + line + " on were not read."));
            return;
        }
        byte[] bytes = record.getBytes();
        if (isBlank(bytes)) {
            return;
        }
        try {
            events.add(EventReader.read(bytes));
            lines.add(line);
            bytesGathered += bytes.length;
        } catch (RunlogException refused) {
            report.reject(line, refused.code(), refused.getMessage());
        }
        if (events.size() >= EVENTS_PER_REQUEST || bytesGathered >= BYTES_PER_REQUEST) {
            flush(request);
        }
    }

    private void flush(HttpServerRequest request) {
        if (events.isEmpty()) {
            return;
        }
        List<Integer> sentLines = lines;
        underWay++;
        if (underWay >= REQUESTS_UNDER_WAY_MAX) {
            request.pause();
        }
        bus.request(new RecordEvents(viewer, events)).onComplete(recorded -> {
            underWay--;
            if (recorded.succeeded()) {
                report.add(sentLines, recorded.result().outcomes());
                // A request that was read to its end takes no more demands.
                if (!readToEnd) {
                    request.resume();
                }
            } else {
                stop(request, recorded.cause());
            }
            finishIfDone();
        });
        events = new ArrayList<>();
        lines = new ArrayList<>();
        bytesGathered = 0;
    }

    /** Takes no more lines; what is under way is still reported. */
    private void stop(HttpServerRequest request, @Nullable Throwable why) {
        report.fail(why);
        ended = true;
        // Reads on without looking, so that the client gets to read the answer.
        if (!readToEnd) {
            request.handler(rest -> {});
            request.resume();
        }
        finishIfDone();
    }

    private void finishIfDone() {
        if (ended && underWay == 0) {
            done.tryComplete(report);
        }
    }

    private static boolean isBlank(byte[] bytes) {
        for (byte b : bytes) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }
}
