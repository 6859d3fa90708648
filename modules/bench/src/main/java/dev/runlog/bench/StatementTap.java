package dev.runlog.bench;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Stands between a server and its database and notes the prepared statements that pass, so that a floor runs the very
 * SQL that is sent, whatever it is by then. It is asked before anything is measured and closed then. The messages are
 * those of the PostgreSQL manual, "Frontend/Backend Protocol".
 */
final class StatementTap implements AutoCloseable {
    private static final int SSL_REQUEST = 80877103;

    private final Postgres database;
    private final ServerSocket listener;
    private final List<SentStatement> sent = new ArrayList<>();

    StatementTap(Postgres database) {
        this.database = database;
        try {
            this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException failure) {
            throw new BenchFailure("There is no free port: " + failure.getMessage(), failure);
        }
        run("accept", this::accept);
    }

    /** The database, through here. */
    Postgres tapped() {
        return database.through(listener.getLocalPort());
    }

    /** What has passed since the last time that it was asked. */
    List<SentStatement> take() {
        synchronized (sent) {
            List<SentStatement> taken = List.copyOf(sent);
            sent.clear();
            return taken;
        }
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listener.accept();
            Socket server = new Socket(database.host(), database.port());
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            run("to-database", () -> {
                try (client;
                        server) {
                    passMessages(client.getInputStream(), server.getOutputStream());
                }
            });
            run("from-database", () -> {
                try (client;
                        server) {
                    server.getInputStream().transferTo(client.getOutputStream());
                }
            });
        }
    }

    private void passMessages(InputStream from, OutputStream to) throws IOException {
        DataInputStream messages = new DataInputStream(from);
        DataOutputStream passed = new DataOutputStream(to);
        Map<String, String> prepared = new HashMap<>();
        boolean isStarted = false;
        while (true) {
            int type = isStarted ? messages.readUnsignedByte() : 0;
            int length = messages.readInt();
            byte[] body = messages.readNBytes(length - 4);
            if (isStarted) {
                passed.writeByte(type);
            } else {
                isStarted = ByteBuffer.wrap(body).getInt() != SSL_REQUEST;
            }
            passed.writeInt(length);
            passed.write(body);
            passed.flush();
            if (type == 'P') {
                ByteBuffer parse = ByteBuffer.wrap(body);
                prepared.put(text(parse), text(parse));
            } else if (type == 'B') {
                note(ByteBuffer.wrap(body), prepared);
            }
        }
    }

    private void note(ByteBuffer bind, Map<String, String> prepared) {
        text(bind);
        String sql = prepared.get(text(bind));
        boolean[] binary = new boolean[bind.getShort()];
        for (int i = 0; i < binary.length; i++) {
            binary[i] = bind.getShort() == 1;
        }
        int count = bind.getShort();
        List<SentStatement.Argument> arguments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = bind.getInt();
            ByteBuffer value = length < 0 ? null : bind.slice(bind.position(), length);
            bind.position(bind.position() + Math.max(0, length));
            arguments.add(new SentStatement.Argument(isBinary(binary, i), value));
        }
        if (sql != null) {
            synchronized (sent) {
                sent.add(new SentStatement(sql, arguments));
            }
        }
    }

    /** One format stands for all values, none for text. */
    private static boolean isBinary(boolean[] formats, int index) {
        return formats.length > 0 && formats[formats.length == 1 ? 0 : index];
    }

    /** Text up to its terminating zero. */
    private static String text(ByteBuffer message) {
        int length = 0;
        while (message.get(message.position() + length) != 0) {
            length++;
        }
        byte[] bytes = new byte[length];
        message.get(bytes).get();
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void run(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (EOFException | SocketException closed) {
                        // One of both ends has closed; so is the other by now.
                    } catch (IOException failure) {
                        Progress.say("the tap lost a connection: " + failure);
                    }
                },
                "tap-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException ignored) {
            Progress.say("the tap was not closed: " + ignored);
        }
    }
}
