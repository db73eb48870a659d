#include "server/store/database_writer.hpp"

#include "actors/make_actor.hpp"
#include "server/store/sqlite_connection.hpp"
#include <soci/soci.h>

namespace omegasafe::server {

namespace {

class database_writer_state {
public:
    using handle_type = database_writer_actor;
    static constexpr const char* name = "database_writer";

    database_writer_state(database_writer_actor::pointer self, std::shared_ptr<soci::session> sql, std::string where)
        : self_(self), sql_(std::move(sql)), where_(std::move(where)) {}

    database_writer_actor::behavior_type behavior() {
        return {
            [this](const write_transaction& transaction) { return add_to_batch(transaction); },
            [this](commit_batch) {
                if (!batch_.empty())
                    commit();
            },
            [this](get_status) -> caf::result<actor_status> { return status(); },
        };
    }

private:
    struct member {
        actors::promised<transaction_answer> caller;
        std::exception_ptr problem;
    };

    caf::result<transaction_answer> add_to_batch(const write_transaction& transaction);
    void apply(const write_transaction& transaction);
    void commit();
    void answer_all();

    actor_status status() const {
        return {name, {{"database", where_}, {"transactions", std::to_string(transactions_)},
                          {"commits", std::to_string(commits_)}}};
    }

    database_writer_actor::pointer self_;
    std::shared_ptr<soci::session> sql_;
    std::string where_;
    std::vector<member> batch_; // what is applied and waits for the commit
    std::uint64_t transactions_ = 0, commits_ = 0;
};

caf::result<transaction_answer> database_writer_state::add_to_batch(const write_transaction& transaction) {
    const bool first = batch_.empty();
    batch_.push_back({actors::promised<transaction_answer>{self_}, nullptr});
    caf::result<transaction_answer> later = batch_.back().caller;
    ++transactions_;
    try {
        if (first)
            begin_immediate(*sql_, where_);
        apply(transaction);
        // What is in the mailbox by now comes before the commit.
        if (first)
            self_->send(database_writer_actor{self_}, commit_batch{});
    } catch (...) {
        // The database gave the whole transaction up (a full disk, an I/O error), or there was none.
        const auto own = batch_.back().problem;
        const auto lost = own ? own : std::current_exception();
        roll_back(*sql_);
        for (auto& one : batch_)
            if (!one.problem)
                one.problem = lost;
        answer_all();
    }
    return later;
}

/// The savepoint undoes this transaction and leaves the batch's others alone.
void database_writer_state::apply(const write_transaction& transaction) {
    auto& connection = *sql_;
    connection << "SAVEPOINT member";
    try {
        store view(connection);
        (*transaction.body)(view);
        if (!transaction.keep)
            connection << "ROLLBACK TO member";
        connection << "RELEASE member";
    } catch (...) {
        batch_.back().problem = std::current_exception();
        connection << "ROLLBACK TO member";
        connection << "RELEASE member";
    }
}

void database_writer_state::commit() {
    try {
        *sql_ << "COMMIT";
        ++commits_;
    } catch (const std::exception& problem) {
        roll_back(*sql_);
        const auto lost = std::make_exception_ptr(failure(
            errc::ecs_unavailable, "The database " + where_ + " could not keep a change: " + problem.what() + "."));
        for (auto& one : batch_)
            if (!one.problem)
                one.problem = lost;
    }
    answer_all();
}

void database_writer_state::answer_all() {
    for (auto& one : batch_)
        one.caller.deliver(transaction_answer{one.problem});
    batch_.clear();
}

} // namespace

database_writer_actor spawn_database_writer(
    caf::actor_system& system, std::shared_ptr<soci::session> sql, std::string where) {
    return actors::make_actor<database_writer_state>(system, std::move(sql), std::move(where));
}

} // namespace omegasafe::server
