package io.loligo.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A selector that looks for events when they are wanted")
class LazySelectorProviderTest {
    private final List<SocketChannel> clients = new ArrayList<>();
    private final List<SelectionKey> keys = new ArrayList<>();
    private ServerSocketChannel listener;
    private Selector selector;

    @BeforeEach
    void open() throws Exception {
        listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        selector = new LazySelectorProvider().openSelector();
    }

    @AfterEach
    void close() throws IOException {
        selector.close();
        for (SelectionKey key : keys) {
            key.channel().close();
        }
        for (SocketChannel client : clients) {
            client.close();
        }
        listener.close();
    }

    /** Connects clients, each of which has sent a byte, and has the selector find those. */
    private void ready(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            SocketChannel client = SocketChannel.open(listener.getLocalAddress());
            SocketChannel connection = listener.accept();
            connection.configureBlocking(false);
            clients.add(client);
            keys.add(connection.register(selector, SelectionKey.OP_READ));
            client.write(ByteBuffer.wrap(new byte[1]));
        }
        while (selector.selectedKeys().size() < count) {
            selector.select();
        }
        assertThat(selector.selectedKeys()).containsExactlyInAnyOrderElementsOf(keys);
        selector.selectedKeys().clear();
    }

    private void closeFirst() throws IOException {
        keys.get(0).cancel();
        selector.selectNow();
        keys.get(0).channel().close();
    }

    @Test
    void lets_go_of_a_connection_at_once_where_few_are_ready() throws IOException {
        ready(1);
        keys.get(0).cancel();
        selector.selectNow();

        assertThat(keys.get(0).channel().isRegistered()).isFalse();
    }

    @Test
    void lets_go_of_a_connection_with_the_next_selection_where_many_are() throws IOException {
        ready(LazySelectorProvider.MANY);
        closeFirst();
        assertThat(keys.get(0).channel().isRegistered()).isTrue();
        assertThat(clients.get(0).read(ByteBuffer.allocate(1)))
                .as("the end reaches the client before")
                .isEqualTo(-1);
        selector.select();

        assertThat(keys.get(0).channel().isRegistered()).isFalse();
        assertThat(selector.keys()).containsExactlyInAnyOrderElementsOf(keys.subList(1, keys.size()));
    }

    @Test
    void looks_when_it_is_asked_what_it_has_found() throws IOException {
        ready(LazySelectorProvider.MANY);
        assertThat(selector.selectNow()).isZero();

        assertThat(selector.selectedKeys()).containsExactlyInAnyOrderElementsOf(keys);
    }

    @Test
    void wakes_up() throws IOException {
        selector.wakeup();

        assertThat(selector.select()).isZero();
    }
}
