package dev.ipgate.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.tls.Room.Part;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class RoomTest {

    private final Queue<Runnable> next = new ArrayDeque<>();
    private final Room room = new Room(next::add, 100);
    private final List<String> gone = new ArrayList<>();

    private Part part(String name, int bytes) {
        Part part = room.part(() -> gone.add(name));
        part.hold(bytes);
        return part;
    }

    private Part arrived(String name, int bytes) {
        Part part = part(name, 1);
        part.arrive();
        part.hold(bytes);
        return part;
    }

    private void nextTurn() {
        for (int left = next.size(); left > 0; left--) {
            next.remove().run();
        }
    }

    @Test
    void nobodyGoesWhileThereIsRoom() {
        part("a", 50);
        arrived("b", 50);
        nextTurn();
        assertThat(gone).isEmpty();
        assertThat(room.held()).isEqualTo(100);
    }

    @Test
    void theHandshakeThatBeganFirstGoesFirst() {
        arrived("established", 60);
        part("first", 20);
        part("second", 20);
        part("third", 20);
        assertThat(gone).as("in the middle of another's event").isEmpty();
        nextTurn();
        assertThat(gone).containsExactly("first");
        assertThat(room.held()).isEqualTo(100);
    }

    @Test
    void whoHasWaitedLongestGoesOnlyWhereThereIsNoHandshake() {
        arrived("a", 60);
        arrived("b", 60);
        part("c", 10);
        nextTurn();
        assertThat(gone).containsExactly("c", "a");
        assertThat(room.held()).isEqualTo(60);
    }

    @Test
    void whosePeerDoesSomethingHasNotWaited() {
        Part busy = arrived("busy", 40);
        arrived("idle", 40);
        busy.waitAnew();
        arrived("new", 40);
        nextTurn();
        assertThat(gone).containsExactly("idle");
    }

    @Test
    void whoHoldsNothingIsNeverToBlame() {
        Part empty = arrived("empty", 40);
        empty.hold(0);
        empty.waitAnew();
        arrived("full", 101);
        nextTurn();
        assertThat(gone).containsExactly("full");
        assertThat(room.held()).isZero();
        room.part(() -> gone.add("more")).hold(100);
        nextTurn();
        assertThat(gone).containsExactly("full");
    }

    @Test
    void whatIsGivenBackBeforeTheTurnEndsCostsNobody() {
        Part large = part("a", 200);
        large.hold(10);
        nextTurn();
        assertThat(gone).isEmpty();
    }
}
