#include "server/store/database_writer.hpp"

#include "messages/error.hpp"
#include "server/store/sqlite_connection.hpp"
#include <soci/soci.h>

namespace omegasafe::server {

namespace {

struct database_writer_state {
    struct member {
        caf::typed_response_promise<transaction_answer> caller;
        std::exception_ptr problem;
    };

    std::shared_ptr<soci::session> sql;
    std::string where;
    std::vector<member> batch; // what is applied and waits for the commit
    writer_counts counts;
    static constexpr const char* name = "database_writer";

    void apply(const write_transaction& transaction);
    void commit();
    void answer_all();
};

/// The savepoint undoes this transaction and leaves the batch's others alone.
void database_writer_state::apply(const write_transaction& transaction) {
    auto& connection = *sql;
    connection << "SAVEPOINT member";
    try {
        store view(connection);
        (*transaction.body)(view);
        if (!transaction.keep)
            connection << "ROLLBACK TO member";
        connection << "RELEASE member";
    } catch (...) {
        batch.back().problem = std::current_exception();
        connection << "ROLLBACK TO member";
        connection << "RELEASE member";
    }
}

void database_writer_state::commit() {
    try {
        *sql << "COMMIT";
        ++counts.commits;
    } catch (const std::exception& problem) {
        roll_back(*sql);
        const auto lost = std::make_exception_ptr(failure(
            errc::ecs_unavailable, "The database " + where + " could not keep a change: " + problem.what() + "."));
        for (auto& one : batch)
            if (!one.problem)
                one.problem = lost;
    }
    answer_all();
}

void database_writer_state::answer_all() {
    for (auto& one : batch)
        one.caller.deliver(transaction_answer{one.problem});
    batch.clear();
}

using writer_pointer = database_writer_actor::stateful_pointer<database_writer_state>;

void add_to_batch(writer_pointer self, const write_transaction& transaction) {
    auto& state = self->state;
    const bool first = state.batch.empty();
    state.batch.push_back({self->make_response_promise<transaction_answer>(), nullptr});
    ++state.counts.transactions;
    try {
        if (first)
            begin_immediate(*state.sql, state.where);
        state.apply(transaction);
        // What is in the mailbox by now comes before the commit.
        if (first)
            self->send(database_writer_actor{self}, commit_batch{});
    } catch (...) {
        // The database gave the whole transaction up (a full disk, an I/O error), or there was none.
        const auto own = state.batch.back().problem;
        const auto lost = own ? own : std::current_exception();
        roll_back(*state.sql);
        for (auto& one : state.batch)
            if (!one.problem)
                one.problem = lost;
        state.answer_all();
    }
}

database_writer_actor::behavior_type database_writer(
    writer_pointer self, std::shared_ptr<soci::session> sql, std::string where) {
    self->state.sql = std::move(sql);
    self->state.where = std::move(where);
    return {
        [self](const write_transaction& transaction) -> caf::result<transaction_answer> {
            add_to_batch(self, transaction);
            return caf::delegated<transaction_answer>{};
        },
        [self](commit_batch) {
            if (!self->state.batch.empty())
                self->state.commit();
        },
        [self](get_writer_counts) -> caf::result<writer_counts> { return self->state.counts; },
    };
}

} // namespace

database_writer_actor spawn_database_writer(
    caf::actor_system& system, std::shared_ptr<soci::session> sql, std::string where) {
    return system.spawn<caf::detached>(database_writer, std::move(sql), std::move(where));
}

} // namespace omegasafe::server
