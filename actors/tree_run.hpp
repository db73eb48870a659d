// One tree on its way, seen from the side that plans, keeps the books and reports; the batch actor has it done.
#pragma once

#include "actors/asker.hpp"
#include "messages/tree.hpp"
#include "storage/tree/tree_index.hpp"
#include "storage/tree/tree_walk.hpp"
#include <variant>

namespace omegasafe::actors {

/// A large file alone, or small files as a group.
using tree_unit = std::vector<tree_file>;

/// The batch drives one: next_unit until it is empty, starting before a unit goes to a worker, finished after it came
/// back, finish at the end. All calls come from one thread and may throw `failure`, which ends the run.
class tree_run {
public:
    virtual ~tree_run() = default;

    /// Large files first, so that none is left over when the workers have nothing else to do. Empty: all handed out.
    tree_unit next_unit();
    static bool is_large(const tree_unit& unit);
    /// Requests for a unit.
    virtual file_group group(const tree_unit& unit) const = 0;
    virtual std::variant<encrypt_tree_file, decrypt_tree_file> single(const tree_file& file) const = 0;

    virtual void starting(const tree_unit&) {}
    virtual void finished(const tree_unit& unit, const std::vector<file_result>& results);
    /// Whether a large file's failure would meet every other file too.
    virtual bool stops(errc) const { return false; }
    virtual tree_report finish() = 0;
    /// Files and bytes that this run has to do; nothing is done yet.
    progress expected() const;

protected:
    /// One file or folder of the plan and what became of it.
    struct planned {
        storage::tree_entry entry;
        std::optional<tree_status> status; // absent: a file to be done, or a folder
        errc code = errc::none;
        std::string sentence;
    };

    explicit tree_run(std::filesystem::path output) : output_(std::move(output)) {}

    /// The numbers of the plan, in its own order.
    std::vector<std::size_t> numbers() const;
    /// The two sides of a file.
    virtual tree_file sides_of(std::size_t number) const = 0;
    void mark_failed(std::size_t number, const failure& problem);
    bool any_failed() const;
    tree_report report() const;
    /// Of the index, or of a file that was done.
    void note(const file_protection& found);

    std::vector<planned> plan_;      // in ascending order of paths
    std::vector<std::size_t> order_; // numbers of the plan, as its files are handed out
    uuid tree_uuid_{};
    std::vector<storage::walk_problem> problems_;
    std::filesystem::path output_;
    held_folder_ptr output_root_; // when it is made

private:
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    std::size_t next_large_ = 0, next_small_ = 0;
    std::optional<file_protection> protection_; // of all that were noted together
    std::size_t without_layer_ = 0;             // though the key has one
};

/// Refuses what can be refused before anything is written; then the journal is there and the output folder locked.
std::unique_ptr<tree_run> start_tree(const asker_on<actor_floor::file_job>& me, const encrypt_tree& request);

/// Reads the index and makes the folders.
std::unique_ptr<tree_run> start_tree(const asker_on<actor_floor::file_job>& me, const decrypt_tree& request);

/// What a folder that encrypt_tree made says is in it.
struct found_index {
    storage::tree_index index;
    uuid key_uuid{}; // it was encrypted with, like all files of the tree
    file_protection protection;
};
/// Throws failure(input_unreadable) when it has none.
found_index read_tree_index(const asker_on<actor_floor::file_job>& me, const storage::held_folder& folder);

/// The folder a tree goes into, made with mode 0700 when it is not there. Throws failure(output_refused).
held_folder_ptr make_tree_folder(const std::filesystem::path& folder);

} // namespace omegasafe::actors
