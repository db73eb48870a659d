// SQLite: readers in a pool, all writing in one actor.
#include "actors/runtime.hpp"
#include "server/store/database_engine.hpp"
#include "server/store/database_writer.hpp"
#include "server/store/schema.hpp"
#include "server/store/sqlite_connection.hpp"
#include "storage/files/descriptor.hpp"
#include "storage/files/system_error.hpp"
#include <fcntl.h>
#include <omegasafe/error.hpp>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <unistd.h>

namespace omegasafe::server {

namespace {

/// The writer blocks on a thread of its own: the scheduler has nothing to do.
caf::actor_system_config& with_one_worker(caf::actor_system_config& config) {
    return config.set("scheduler.max-threads", std::size_t{1}).set("scheduler.policy", caf::atom("sharing"));
}

/// fsync of what is written by someone else's descriptor.
void flush(const std::filesystem::path& path) {
    const storage::descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!opened || ::fsync(opened.get()) != 0)
        throw storage::system_failure(errc::io_failed, path.string() + " cannot be written to the disk", errno);
}

/// Made before SQLite writes to it: nobody else can read it, and an existing file is never touched.
void make_empty(const std::filesystem::path& file) {
    const storage::descriptor made(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!made)
        throw storage::system_failure(errc::output_refused, "The back-up " + file.string() + " cannot be made", errno);
}

/// Half a back-up is worse than none.
void remove_failed(const std::filesystem::path& target) {
    std::error_code ignored;
    std::filesystem::remove(target, ignored);
}

class sqlite_engine final : public database_engine {
public:
    sqlite_engine(const std::string& file, unsigned connections)
        : file_(file), in_memory_(file == sqlite_in_memory), system_(with_one_worker(config_)) {
        caf::actor_ostream::redirect_all(system_, "/dev/stderr", caf::actor_ostream::append);
        auto writing = std::make_shared<soci::session>();
        open_sqlite_connection(*writing, file);
        bring_up_to_date(
            *writing, [this](soci::session& sql) { begin_immediate(sql, file_); }, file);
        if (!in_memory_)
            open_readers(std::max(1u, connections));
        writer_ = spawn_database_writer(system_, std::move(writing), file);
    }
    ~sqlite_engine() override { caf::anon_send_exit(writer_, caf::exit_reason::user_shutdown); }

    void read(const transaction_body& body) override {
        if (in_memory_)
            return ask_writer({&body, false});
        soci::session sql(*readers_);
        sql << "BEGIN";
        try {
            store view(sql);
            body(view);
        } catch (...) {
            roll_back(sql);
            throw;
        }
        roll_back(sql);
    }

    void write(const transaction_body& body) override { ask_writer({&body, true}); }

    void back_up(const std::filesystem::path& target) override {
        if (in_memory_)
            throw failure(errc::usage, "A database in memory has no back-up.");
        make_empty(target);
        try {
            soci::session sql(*readers_);
            const auto name = target.string();
            sql << "VACUUM INTO :file", soci::use(name, "file");
            flush(target);
            flush(target.has_parent_path() ? target.parent_path() : ".");
        } catch (const soci::soci_error& problem) {
            remove_failed(target);
            throw failure(errc::io_failed,
                "The back-up " + target.string() + " could not be written: " + problem.get_error_message() + ".");
        } catch (const failure&) {
            remove_failed(target);
            throw;
        }
    }

private:
    void open_readers(unsigned connections) {
        readers_ = std::make_unique<soci::connection_pool>(connections);
        for (unsigned i = 0; i < connections; ++i)
            open_sqlite_connection(readers_->at(i), file_);
    }

    void ask_writer(const write_transaction& transaction) {
        const auto answer = actors::ask<transaction_answer>(system_, writer_, transaction);
        if (answer.problem)
            std::rethrow_exception(answer.problem);
    }

    std::string file_;
    bool in_memory_;
    std::unique_ptr<soci::connection_pool> readers_; // none in memory: that database is the writer's alone
    caf::actor_system_config config_;
    caf::actor_system system_;
    database_writer_actor writer_;
};

} // namespace

std::unique_ptr<database_engine> open_sqlite(const std::string& file, unsigned connections) {
    try {
        return std::make_unique<sqlite_engine>(file, connections);
    } catch (const soci::soci_error& problem) {
        throw failure(
            errc::ecs_unavailable, "The database " + file + " cannot be opened: " + std::string{problem.what()} + ".");
    }
}

} // namespace omegasafe::server
