package dev.runlog.retention;

import static dev.runlog.testing.Futures.await;
import static dev.runlog.testing.Futures.awaitFailure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.bus.Request;
import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupProgressed;
import dev.runlog.contract.retention.HoldExecution;
import dev.runlog.contract.retention.ListRetentionPolicies;
import dev.runlog.contract.retention.RequestCleanup;
import dev.runlog.contract.retention.RetentionPolicy;
import dev.runlog.contract.retention.SetRetentionPolicy;
import dev.runlog.storage.db.Database;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** For which owners callers and operators may clean up, set policies and hold executions. */
@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class OperatorsTest {
    private final Viewer alice = new Viewer("alice-" + Ids.next(), Set.of(Scope.CLEANUP));
    private final Viewer bob = new Viewer("bob-" + Ids.next(), Set.of(Scope.CLEANUP));
    private final Viewer operator = new Viewer("operator-" + Ids.next(), Set.of(Scope.OPS));
    private final Promise<Cleanup> over = Promise.promise();
    private TestDatabase test;
    private Bus bus;

    @BeforeEach
    void deploy(Vertx vertx, TestDatabase database) throws SQLException {
        test = database;
        Runs.clear(test);
        Database opened = Runs.open(vertx, test);
        bus = Bus.create(vertx, Duration.ofSeconds(20));
        bus.subscribe(CleanupProgressed.class, event -> {
            if (event.cleanup().state().isOver() && !event.cleanup().dryRun()) {
                over.tryComplete(event.cleanup());
            }
        });
        await(vertx.deployVerticle(new RetentionVerticle(
                bus, opened, Configs.with(0, "", Duration.ofHours(1)), Clock.systemUTC(), new SimpleMeterRegistry())));
    }

    @Test
    void letsAnOperatorCleanUpForAnOwner() throws SQLException {
        seed(alice, 5);
        seed(bob, 7);

        Cleanup dry = await(bus.request(cleanup(operator, alice.subject(), false, null, true)));
        await(bus.request(cleanup(operator, alice.subject(), false, null, false)));
        Cleanup real = await(over.future());

        assertThat(dry.matched()).isEqualTo(5);
        assertThat(real.deleted()).isEqualTo(5);
        assertThat(real.criteria().owner()).isEqualTo(alice.subject());
        assertThat(real.requestedBy()).isEqualTo(operator.subject());
        assertThat(test.count("SELECT count(*) FROM execution")).isEqualTo(7);
    }

    @Test
    void letsAnOperatorSetAnOwnersPolicy() {
        RetentionPolicy set = await(bus.request(policy(operator, alice.subject(), false, null)));

        assertThat(set.owner()).isEqualTo(alice.subject());
        assertThat(policiesOf(alice)).containsExactly(set);
        assertThat(policiesOf(bob)).isEmpty();
    }

    @Test
    void forbidsOtherCallersToNameAnotherOwner() throws SQLException {
        seed(alice, 5);

        assertThat(await(bus.request(cleanup(alice, alice.subject(), false, null, true)))
                        .matched())
                .isEqualTo(5);
        assertThat(await(bus.request(policy(alice, alice.subject(), false, null)))
                        .owner())
                .isEqualTo(alice.subject());
        assertThat(refusalOf(cleanup(alice, bob.subject(), false, null, true)).code())
                .isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(refusalOf(policy(alice, bob.subject(), false, null)).code()).isEqualTo(ErrorCode.FORBIDDEN);
    }

    @Test
    void rejectsAnOwnerTogetherWithAllOwnersAndInvalidOwners() {
        for (Request<?> both : List.of(
                cleanup(operator, alice.subject(), true, null, true), policy(operator, alice.subject(), true, null))) {
            assertThat(refusalOf(both).code()).isEqualTo(ErrorCode.BAD_INPUT);
            assertThat(refusalOf(both)).hasMessageContainingAll("`owner`", alice.subject(), "`allOwners`");
        }
        for (String invalid : List.of("", " ", "a\u0000b", "x".repeat(1001))) {
            assertThat(refusalOf(cleanup(operator, invalid, false, null, true)).code())
                    .isEqualTo(ErrorCode.BAD_INPUT);
        }
    }

    @Test
    void rejectsAnUnknownWorkflow() {
        UUID unknown = Ids.next();

        for (Request<?> request : List.of(
                cleanup(alice, null, false, unknown, true),
                cleanup(operator, null, true, unknown, false),
                policy(alice, null, false, unknown),
                policy(operator, null, true, unknown))) {
            RunlogException refusal = refusalOf(request);
            assertThat(refusal.code()).isEqualTo(ErrorCode.NOT_FOUND);
            assertThat(refusal).hasMessageStartingWith("Workflow not found: " + unknown);
        }
    }

    @Test
    void rejectsAWorkflowOfAnotherOwner() throws SQLException {
        seed(bob, 7);
        UUID workflow = UUID.fromString(test.get("SELECT id FROM workflow w WHERE owner_id = "
                + "(SELECT id FROM owner WHERE subject = '" + bob.subject() + "')"));

        for (Request<?> request : List.of(
                cleanup(alice, null, false, workflow, true),
                cleanup(operator, alice.subject(), false, workflow, true),
                policy(alice, null, false, workflow),
                policy(operator, null, false, workflow))) {
            assertThat(refusalOf(request).code()).isEqualTo(ErrorCode.NOT_FOUND);
        }
        assertThat(await(bus.request(cleanup(operator, bob.subject(), false, workflow, true)))
                        .matched())
                .isEqualTo(7);
        assertThat(await(bus.request(cleanup(operator, null, true, workflow, true)))
                        .matched())
                .isEqualTo(7);
        assertThat(await(bus.request(policy(bob, null, false, workflow))).workflowId())
                .isEqualTo(workflow);
    }

    @Test
    void countsPoliciesTowardsTheRateOfACallerAndSaysWhenToRetry() {
        for (int i = 0; i < 5; i++) {
            await(bus.request(policy(alice, null, false, null)));
        }

        RunlogException refusal = refusalOf(policy(alice, null, false, null));

        assertThat(refusal.code()).isEqualTo(ErrorCode.RATE_LIMITED);
        assertThat(refusal.retryAfter()).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(12));
        assertThat(refusalOf(cleanup(alice, null, false, null, true)).code()).isEqualTo(ErrorCode.RATE_LIMITED);
        assertThat(await(bus.request(policy(bob, null, false, null))).owner()).isEqualTo(bob.subject());
    }

    @Test
    void letsAnOperatorHoldAndReleaseAnyExecution() throws SQLException {
        seed(alice, 2);
        UUID id = UUID.fromString(test.get("SELECT id FROM execution ORDER BY id LIMIT 1"));

        Execution held = await(bus.request(new HoldExecution(operator, id, true, "audit")))
                .execution();
        String reason = test.get("SELECT hold_reason FROM execution WHERE id = '" + id + "'");
        Execution released =
                await(bus.request(new HoldExecution(operator, id, false, null))).execution();

        assertThat(held.owner()).isEqualTo(alice.subject());
        assertThat(held.held()).isTrue();
        assertThat(reason).isEqualTo("audit");
        assertThat(released.held()).isFalse();
        assertThat(test.count("SELECT count(*) FROM execution WHERE held OR hold_reason IS NOT NULL"))
                .isZero();
        assertThat(test.count("SELECT count(*) FROM held_execution")).isZero();
    }

    @Test
    void rejectsHoldsOnExecutionsOfOthers() throws SQLException {
        seed(alice, 1);
        UUID id = UUID.fromString(test.get("SELECT id FROM execution"));
        Viewer reader = new Viewer(alice.subject(), Set.of(Scope.READ));

        assertThat(refusalOf(new HoldExecution(bob, id, true, null)).code()).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(refusalOf(new HoldExecution(operator, Ids.next(), true, null))
                        .code())
                .isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(refusalOf(new HoldExecution(reader, id, true, null)).code()).isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(test.get("SELECT held FROM execution")).isEqualTo("f");
    }

    private static RequestCleanup cleanup(
            Viewer viewer, @Nullable String owner, boolean allOwners, @Nullable UUID workflow, boolean dryRun) {
        return RequestCleanup.builder(viewer)
                .olderThan(Duration.ofDays(1))
                .workflowId(workflow)
                .owner(owner)
                .allOwners(allOwners)
                .dryRun(dryRun)
                .build();
    }

    private static SetRetentionPolicy policy(
            Viewer viewer, @Nullable String owner, boolean allOwners, @Nullable UUID workflow) {
        return new SetRetentionPolicy(viewer, workflow, owner, allOwners, Set.of(), Duration.ofDays(90), null);
    }

    private List<RetentionPolicy> policiesOf(Viewer viewer) {
        return await(bus.request(new ListRetentionPolicies(viewer, PageRequest.first(10))))
                .policies();
    }

    private RunlogException refusalOf(Request<?> request) {
        return (RunlogException) awaitFailure(bus.request(request));
    }

    private void seed(Viewer viewer, int runs) throws SQLException {
        Runs.seed(test, viewer.subject(), runs, 40, "SUCCESS");
    }
}
