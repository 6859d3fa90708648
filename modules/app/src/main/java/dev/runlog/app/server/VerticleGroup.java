package dev.runlog.app.server;

import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Verticles that share one context and so one event loop: a message from one to another costs no switch between
 * threads. Vert.x assigns event loops in turns, so groups that are deployed one after the other have different ones.
 */
final class VerticleGroup implements Deployable {
    private final Deque<Deployable> started = new ArrayDeque<>();
    private @Nullable Context context;

    /** Deploys an empty group; it stops its verticles, the last one first, when it is undeployed. */
    static Future<VerticleGroup> deploy(Vertx vertx) {
        VerticleGroup group = new VerticleGroup();
        return vertx.deployVerticle(group).map(group);
    }

    @Override
    public Future<?> deploy(Context own) {
        context = own;
        return Future.succeededFuture();
    }

    /** Starts a verticle on the group's context. */
    Future<Void> start(Deployable verticle) {
        return onContext(own -> verticle.deploy(own).onSuccess(done -> started.push(verticle)));
    }

    /** Stops one of the verticles. */
    Future<Void> stop(Deployable verticle) {
        return onContext(own -> started.remove(verticle) ? verticle.undeploy(own) : Future.succeededFuture());
    }

    @Override
    public Future<?> undeploy(Context own) {
        Future<Void> stopped = Future.succeededFuture();
        for (Deployable verticle : List.copyOf(started)) {
            stopped = stopped.eventually(() -> stop(verticle));
        }
        return stopped;
    }

    private interface Work {
        Future<?> on(Context context) throws Exception;
    }

    private Future<Void> onContext(Work work) {
        Context own = context;
        if (own == null) {
            return Future.failedFuture(new IllegalStateException("The group is not deployed."));
        }
        Promise<Void> done = Promise.promise();
        own.runOnContext(now -> {
            try {
                work.on(own).<Void>mapEmpty().onComplete(done);
            } catch (Exception failure) {
                done.fail(failure);
            }
        });
        return done.future();
    }
}
