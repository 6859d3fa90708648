package dev.runlog.storage.known;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Owners;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.model.Workflow;
import dev.runlog.storage.db.Configs;
import dev.runlog.storage.db.Database;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class KnownWorkflowsTest {
    private final Viewer alice = new Viewer("alice", Set.of(Scope.READ));
    private final Viewer bob = new Viewer("bob", Set.of(Scope.READ));
    private final UUID id = Ids.next();
    private final KnownWorkflows workflows = new KnownWorkflows(10, Duration.ofHours(1));
    private final KnownOwners owners = new KnownOwners(10);
    private TestDatabase test;
    private Database database;

    @BeforeEach
    void addWorkflow(Vertx vertx, TestDatabase database) throws SQLException {
        test = database;
        test.execute("TRUNCATE owner, workflow CASCADE");
        test.execute("INSERT INTO owner (subject) VALUES ('alice'), ('bob')");
        test.execute("INSERT INTO workflow (id, owner_id, key, name) SELECT '" + id
                + "', id, 'import', 'Import' FROM owner WHERE subject = 'alice'");
        this.database = Database.open(vertx, Configs.patient(test.url(), 2), new SimpleMeterRegistry());
    }

    @AfterEach
    void close() {
        await(database.close());
    }

    @Test
    void keepAWorkflowUntilItsChangeIsAnnounced() throws SQLException {
        String first = name();
        test.execute("UPDATE workflow SET name = 'Orders'");
        String cached = name();
        workflows.forget(List.of(id));

        assertThat(List.of(first, cached, name())).containsExactly("Import", "Import", "Orders");
    }

    @Test
    void doNotKeepWhatWasReadBeforeAnAnnouncement() throws SQLException {
        Future<List<Workflow>> read = load(alice);
        workflows.forget(List.of(id));
        await(read);
        test.execute("UPDATE workflow SET name = 'Orders'");

        assertThat(name()).isEqualTo("Orders");
    }

    @Test
    void hideAWorkflowFromOtherOwners() {
        assertThat(await(load(bob))).isEmpty();
        assertThat(await(load(alice))).hasSize(1);
        assertThat(await(load(bob))).isEmpty();
        assertThat(owned("alice")).containsExactly(id);
        assertThat(owned("bob")).isEmpty();
        assertThat(owned("nobody")).isEmpty();
    }

    @Test
    void findAWorkflowThatIsRegisteredLater() throws SQLException {
        UUID later = Ids.next();
        Set<UUID> before = await(workflows.owned(database, owner("alice"), Set.of(later)));
        test.execute("UPDATE workflow SET id = '" + later + "'");

        assertThat(before).isEmpty();
        assertThat(await(workflows.owned(database, owner("alice"), Set.of(later))))
                .containsExactly(later);
    }

    @Test
    void doNotFindADeletedWorkflow() throws SQLException {
        test.execute("UPDATE workflow SET deleted_at = now()");

        assertThat(await(load(alice))).isEmpty();
    }

    @Test
    void findAnOwnerThatRecordsLater() throws SQLException {
        Owner before = owner("carol");
        test.execute("INSERT INTO owner (subject) VALUES ('carol')");

        assertThat(before.number()).isEqualTo(Owner.UNKNOWN);
        assertThat(owner("carol").number()).isPositive();
    }

    private Owner owner(String subject) {
        return await(owners.get(database, subject));
    }

    private Set<UUID> owned(String subject) {
        return await(workflows.owned(database, owner(subject), Set.of(id)));
    }

    private String name() {
        return await(load(alice)).get(0).name();
    }

    private Future<List<Workflow>> load(Viewer viewer) {
        return workflows.load(database, viewer.subject(), Owners.of(viewer), List.of(id));
    }
}
