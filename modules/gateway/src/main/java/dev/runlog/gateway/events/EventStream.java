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
import java.util.ArrayList;
import java.util.List;

/**
 * One body on its way to recording: lines become events, events become requests of a bounded size, and the client is
 * read no faster than they are recorded.
 */
final class EventStream {
    private static final int EVENTS_PER_REQUEST = 1000;
    private static final int BYTES_PER_REQUEST = 4 << 20;
    private static final int REQUESTS_UNDER_WAY_MAX = 4;

    /** Where all streams together have gathered so much, each hands on what it has once that is worth a request. */
    private static final long GATHERED_BYTES_MAX = 16 << 20;

    private static final int BYTES_PER_REQUEST_MIN = 64 << 10;

    private final Bus bus;
    private final Viewer viewer;
    private final GatewayConfig.Http config;
    private final HttpServerRequest request;
    private final Gathered gathered;
    private final LineSplitter lines = new LineSplitter(this::onLine);
    private final EventsReport report = new EventsReport();
    private final Promise<EventsReport> done = Promise.promise();

    private List<RecordingEvent> events = new ArrayList<>();
    private int[] lineNumbers = new int[EVENTS_PER_REQUEST];
    private long bytesGathered;
    private long bytesRead;
    private int line;
    private int underWay;
    private boolean ended;
    /** A request that was read to its end can neither be paused nor resumed: it throws. */
    private boolean readToEnd;

    /** The lines that the streams of one event loop hold and recording, which bounds what waits, does not know yet. */
    static final class Gathered {
        private long bytes;
    }

    EventStream(Bus bus, Viewer viewer, GatewayConfig.Http config, HttpServerRequest request, Gathered gathered) {
        this.bus = bus;
        this.viewer = viewer;
        this.config = config;
        this.request = request;
        this.gathered = gathered;
    }

    /** Reads to the end, or to the first failure that is not a line's own. */
    Future<EventsReport> read() {
        request.exceptionHandler(gone -> {
            // What was handed on is recorded; nobody is there to answer.
            ended = true;
            forget();
            done.tryFail(gone);
        });
        request.handler(this::onChunk);
        request.endHandler(end -> {
            readToEnd = true;
            if (!ended) {
                lines.end();
                ended = true;
                flush();
                finishIfDone();
            }
        });
        request.resume();
        return done.future();
    }

    private void onChunk(Buffer chunk) {
        if (ended) {
            return;
        }
        lines.add(chunk);
        if (!ended && lines.bytesBegun() > config.bodyMaxBytes()) {
            stop(tooLong());
        }
    }

    private void onLine(byte[] bytes, int start, int length) {
        if (ended) {
            return;
        }
        line++;
        bytesRead += length + 1L;
        if (bytesRead > config.eventsBodyMaxBytes()) {
            line--;
            stop(RunlogException.badInput("The body is larger than http.events-body-max-bytes, "
                    + config.eventsBodyMaxBytes() + " bytes; lines from " + (line + 1) + " on were not read."));
            return;
        }
        if (length > config.bodyMaxBytes()) {
            line--;
            stop(tooLong());
            return;
        }
        if (isBlank(bytes, start, length)) {
            return;
        }
        try {
            events.add(EventReader.read(bytes, start, length));
            lineNumbers[events.size() - 1] = line;
            bytesGathered += length;
            gathered.bytes += length;
        } catch (RunlogException refused) {
            report.reject(line, refused.code(), refused.getMessage());
        }
        if (events.size() >= EVENTS_PER_REQUEST
                || bytesGathered >= BYTES_PER_REQUEST
                || bytesGathered >= BYTES_PER_REQUEST_MIN && gathered.bytes >= GATHERED_BYTES_MAX) {
            flush();
        }
    }

    private RunlogException tooLong() {
        return RunlogException.badInput("Line " + (line + 1) + " is longer than http.body-max-bytes, "
                + config.bodyMaxBytes() + " bytes; it and the lines after it were not read.");
    }

    private void flush() {
        if (events.isEmpty()) {
            return;
        }
        int[] sentLines = lineNumbers;
        underWay++;
        if (underWay >= REQUESTS_UNDER_WAY_MAX && !readToEnd) {
            request.pause();
        }
        bus.request(new RecordEvents(viewer, events)).onComplete(recorded -> {
            underWay--;
            if (recorded.succeeded()) {
                report.add(sentLines, recorded.result().outcomes());
                if (!readToEnd) {
                    request.resume();
                }
            } else {
                stop(recorded.cause());
            }
            finishIfDone();
        });
        forget();
    }

    private void forget() {
        events = new ArrayList<>(EVENTS_PER_REQUEST);
        lineNumbers = new int[EVENTS_PER_REQUEST];
        gathered.bytes -= bytesGathered;
        bytesGathered = 0;
    }

    /** Takes no more lines; those that were read are still recorded and reported. */
    private void stop(Throwable why) {
        report.fail(why);
        if (!ended) {
            ended = true;
            flush();
        }
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

    private static boolean isBlank(byte[] bytes, int start, int length) {
        for (int at = start; at < start + length; at++) {
            if (bytes[at] != ' ' && bytes[at] != '\t' && bytes[at] != '\r') {
                return false;
            }
        }
        return true;
    }
}
