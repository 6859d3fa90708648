package dev.runlog.gateway.events;

import dev.runlog.contract.error.RunlogException;
import io.vertx.core.buffer.Buffer;

/**
 * Splits a JSON array into its elements; a single value counts as one element. It looks only at brackets, quotes and
 * commas. Whether an element is valid JSON is checked by its reader.
 */
final class ArraySplitter implements EventSplitter {
    private enum State {
        BEFORE,
        /** After the opening bracket. */
        FIRST,
        ELEMENT,
        /** After an element of the array. */
        COMMA_OR_END,
        /** After a comma. */
        NEXT,
        AFTER
    }

    private final Sink sink;
    private final PartialEvent partial = new PartialEvent();
    private State state = State.BEFORE;
    private boolean inArray;
    private int depth;
    private boolean inString;
    private boolean escaped;

    ArraySplitter(Sink sink) {
        this.sink = sink;
    }

    @Override
    public void add(Buffer chunk) {
        byte[] bytes = chunk.getBytes();
        int start = 0;
        for (int at = 0; at < bytes.length; at++) {
            byte next = bytes[at];
            if (state == State.ELEMENT) {
                if (endsBefore(next)) {
                    emit(bytes, start, at);
                    between(next);
                } else if (endsWith(next)) {
                    emit(bytes, start, at + 1);
                }
            } else if (!isSpace(next)) {
                if (between(next)) {
                    start = at;
                    endsWith(next);
                }
            }
        }
        if (state == State.ELEMENT) {
            partial.add(bytes, start, bytes.length);
        }
    }

    @Override
    public void end() {
        if (state == State.ELEMENT && !inArray && depth == 0 && !inString) {
            emit(new byte[0], 0, 0);
        }
        if (state == State.BEFORE) {
            throw RunlogException.badInput("The body is empty (expected an event or an array of events).");
        }
        if (state != State.AFTER) {
            throw RunlogException.badInput("The body is incomplete JSON.");
        }
    }

    @Override
    public int bytesHeld() {
        return partial.size();
    }

    /** Takes a byte outside of elements; returns whether an element starts with it. */
    private boolean between(byte next) {
        switch (state) {
            case BEFORE -> {
                if (next == '[') {
                    inArray = true;
                    state = State.FIRST;
                    return false;
                }
            }
            case FIRST -> {
                if (next == ']') {
                    state = State.AFTER;
                    return false;
                }
            }
            case COMMA_OR_END -> {
                if (isSpace(next)) {
                    return false;
                }
                if (next == ',' || next == ']') {
                    state = next == ',' ? State.NEXT : State.AFTER;
                    return false;
                }
                throw RunlogException.badInput("Invalid JSON array: a comma is missing after an event.");
            }
            case AFTER -> {
                if (isSpace(next)) {
                    return false;
                }
                throw RunlogException.badInput("Unexpected text after the end of the JSON.");
            }
            case NEXT, ELEMENT -> {}
        }
        if (next == ',' || next == ']') {
            throw RunlogException.badInput("Invalid JSON array: an event is missing before a comma or bracket.");
        }
        state = State.ELEMENT;
        return true;
    }

    /** Whether an element without an end mark, such as a number, ends before a byte. */
    private boolean endsBefore(byte next) {
        return depth == 0 && !inString && (isSpace(next) || next == ',' || next == ']');
    }

    /** Takes a byte of an element; returns whether it is the last one. */
    private boolean endsWith(byte next) {
        if (inString) {
            if (escaped) {
                escaped = false;
            } else if (next == '\\') {
                escaped = true;
            } else if (next == '"') {
                inString = false;
                return depth == 0;
            }
            return false;
        }
        switch (next) {
            case '"' -> inString = true;
            case '{', '[' -> depth++;
            case '}', ']' -> {
                depth = Math.max(0, depth - 1);
                return depth == 0;
            }
            default -> {}
        }
        return false;
    }

    private void emit(byte[] bytes, int start, int end) {
        state = inArray ? State.COMMA_OR_END : State.AFTER;
        partial.emit(sink, bytes, start, end);
    }

    private static boolean isSpace(byte next) {
        return next == ' ' || next == '\n' || next == '\r' || next == '\t';
    }
}
