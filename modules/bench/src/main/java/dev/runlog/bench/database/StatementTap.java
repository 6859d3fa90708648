package dev.runlog.bench.database;

import dev.runlog.bench.support.BenchFailure;
import dev.runlog.bench.support.Progress;
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
 * A proxy between a server and its database that captures prepared statements: the floor then runs exactly the SQL that
 * the server sends. Closed before anything is measured. See "Frontend/Backend Protocol" in the PostgreSQL manual.
 */
public final class StatementTap implements AutoCloseable {
    private static final int SSL_REQUEST = 80877103;

    private final Postgres database;
    private final ServerSocket listener;
    private final List<SentStatement> sent = new ArrayList<>();

    public StatementTap(Postgres database) {
        this.database = database;
        try {
            this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException failure) {
            throw new BenchFailure("Cannot find a free port: " + failure.getMessage(), failure);
        }
        run("accept", this::accept);
    }

    /** The database through this proxy. */
    public Postgres tapped() {
        return database.through(listener.getLocalPort());
    }

    /** Returns the statements captured since the last call. */
    public List<SentStatement> take() {
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

    /** A single format applies to all values; none means text. */
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
                        // One side closed the connection, so the other is closed too.
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
            Progress.say("cannot close the tap: " + ignored);
        }
    }
}
