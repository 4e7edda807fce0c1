package io.loligo.tests.conformance;

import io.loligo.tests.RawHttp.Answer;
import java.util.function.Consumer;

/** Sees what the cases do as they do it. Called by many threads. */
interface ExchangeWatch {
    ExchangeWatch NONE = new ExchangeWatch() {
        @Override
        public Consumer<Answer> before(String request) {
            return answer -> {};
        }

        @Override
        public void after(CaseTranscript transcript) {}
    };

    /**
     * Called before {@code request} is sent.
     *
     * @return gets its answer, if there is one
     */
    Consumer<Answer> before(String request);

    /** Called when a case is over. */
    void after(CaseTranscript transcript);
}
