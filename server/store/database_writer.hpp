// The one writer of a SQLite database: commits transactions that arrive together in one go, so that many of them share
// the wait for the disk.
#pragma once

#include "messages/actors.hpp"
#include "server/store/database_engine.hpp"
#include <exception>
#include <string>

namespace omegasafe::server {

/// A transaction to be made. The caller waits for the answer, so the body stays where it is.
struct write_transaction {
    const transaction_body* body = nullptr;
    bool keep = true; // false: nothing the body changes stays
};
/// Comes when the transaction is durable or undone; `problem` is what it threw, or why it could not be kept.
struct transaction_answer {
    std::exception_ptr problem;
};
struct commit_batch {};

} // namespace omegasafe::server

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::server::write_transaction)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::server::transaction_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::server::commit_batch)

namespace omegasafe::server {

/// Owns the connection that writes. Blocking, detached.
using database_writer_actor = caf::typed_actor<
    // applies the transaction in its batch; answered after the batch's commit
    caf::replies_to<write_transaction>::with<transaction_answer>,
    // from itself: the batch is complete
    caf::reacts_to<commit_batch>,
    // "transactions" that arrived, "commits" of one or more each
    says_status>;

/// `sql`: an open SQLite connection that nobody else uses. `where` names the database in sentences.
database_writer_actor spawn_database_writer(
    caf::actor_system& system, std::shared_ptr<soci::session> sql, std::string where);

} // namespace omegasafe::server

template <>
inline constexpr auto omegasafe::floor_of<omegasafe::server::database_writer_actor> = omegasafe::actor_floor::stores;
