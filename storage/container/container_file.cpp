#include "storage/container/container_file.hpp"

#include "storage/container/container_growth.hpp"
#include "storage/container/damage.hpp"
#include "storage/files/atomic_file.hpp"
#include "storage/files/fail_points.hpp"
#include "storage/files/file_lock.hpp"
#include "storage/files/system_error.hpp"
#include "storage/files/write_fully.hpp"
#include <algorithm>
#include <fcntl.h>
#include <map>
#include <set>
#include <sys/stat.h>
#include <thread>

namespace omegasafe::storage {

namespace {

/// Bytes of a container from which on it is changed in place. Below, a new file is as quick, and never half changed
/// for who copies the file meanwhile.
constexpr std::uint64_t grown_from = 1024 * 1024;

/// Pauses before a container that looks damaged is read again: a writer in the page cache takes microseconds.
constexpr std::chrono::milliseconds first_pause{1}, longest_pause{16};

/// Puts by id. Contradicting changes are a bug of the caller.
std::map<uuid, const container_changes::entry*> index_of(const container_changes& changes) {
    std::map<uuid, const container_changes::entry*> puts;
    for (const auto& entry : changes.put)
        if (!puts.emplace(entry.id, &entry).second)
            throw failure(errc::internal, "A container change puts one entry twice; report this.");
    for (const auto& id : changes.remove)
        if (puts.contains(id))
            throw failure(errc::internal, "A container change puts and removes one entry; report this.");
    return puts;
}

/// Writes what `from` (may be null: nothing) becomes by `changes`.
void write_changed(sfc_writer& writer, const sfc_reader* from, const container_changes& changes) {
    auto puts = index_of(changes);
    const std::set<uuid> removed(changes.remove.begin(), changes.remove.end());
    std::vector<const sfc_entry*> kept; // in file order, so that copying reads forwards
    if (from != nullptr)
        for (const auto& entry : from->entries())
            kept.push_back(&entry);
    std::sort(kept.begin(), kept.end(), [](auto* a, auto* b) { return a->offset < b->offset; });
    for (const auto* entry : kept) {
        const auto put = puts.find(entry->id);
        if (put == puts.end()) {
            if (!removed.contains(entry->id))
                writer.copy(*from, *entry);
        } else if (!put->second->data) {
            writer.copy(*from, *entry, put->second->attributes);
            puts.erase(put);
        }
    }
    for (const auto& entry : changes.put) {
        if (!puts.contains(entry.id))
            continue;
        if (!entry.data)
            throw failure(
                errc::internal, "Attributes were given for a container entry that does not exist; report this.");
        writer.add(entry.id, entry.attributes, *entry.data);
    }
    writer.finish();
}

/// The file itself, so that a user's symbolic link stays one when the file is replaced.
std::filesystem::path resolved(const std::filesystem::path& path) {
    std::error_code ignored;
    auto real = std::filesystem::canonical(path, ignored);
    return ignored ? path : real;
}

/// The container file itself, open for writing; empty when it may only be replaced.
class opened_file final : public in_place_file {
public:
    explicit opened_file(const std::filesystem::path& path)
        : path_(path), file_(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {}

    explicit operator bool() const { return static_cast<bool>(file_); }
    int opened() const { return file_.get(); }

    void write_at(std::uint64_t offset, const_byte_span data) override {
        write_fully(file_.get(), offset, data, path_, "write_in_place");
    }

    void sync() override {
        if (guarded("sync_in_place", [&] { return ::fdatasync(file_.get()); }) != 0)
            throw system_failure(errc::io_failed, "Writing " + path_.string() + " to the disk failed", errno);
    }

    void cut(std::uint64_t size) override {
        if (guarded("cut", [&] { return ::ftruncate(file_.get(), static_cast<off_t>(size)); }) != 0)
            throw system_failure(errc::io_failed, "Shortening " + path_.string() + " failed", errno);
    }

private:
    std::filesystem::path path_;
    descriptor file_;
};

/// Puts what the changes say of the file that they are about to be written to; in the place of what they said of
/// another.
void put_about(container_changes& changes, const sfc_reader& from, int opened) {
    if (!changes.about)
        return;
    const auto& [id, attributes] = *changes.about;
    std::erase_if(changes.put, [&id = id](const auto& entry) { return entry.id == id; });
    auto& entry = changes.put.emplace_back(container_changes::entry{id, attributes(opened), std::nullopt});
    if (from.find(id) == nullptr)
        entry.data.emplace();
}

/// Writes a new file beside the old one and puts it in its place.
void replace_container(const std::filesystem::path& path, const sfc_password_ptr& password, const sfc_reader& from,
    container_changes changes) {
    atomic_file file(path, existing_target::replace_locked);
    // A container that was opened to a group stays open to it.
    struct stat old {};
    if (::stat(path.c_str(), &old) == 0)
        ::fchmod(file.descriptor(), old.st_mode & 0777);
    sfc_writer writer(file, password, &from.header());
    put_about(changes, from, file.descriptor());
    write_changed(writer, &from, changes);
    file.commit();
}

/// Whether the file still holds the version with this header: each version draws its directory salt anew.
bool is_version_of(const std::filesystem::path& path, const sfc_header& known) {
    try {
        const auto header = read_sfc_header(file_source(path), sfc_layout::growing);
        return header.directory_salt == known.directory_salt && header.container_id == known.container_id;
    } catch (const failure&) {
        return false;
    }
}

/// The copy at the end, when the header itself does not say anything.
std::optional<sfc_header> header_of_torn(const byte_source& source) {
    try {
        read_sfc_header(source, sfc_layout::growing);
        return {};
    } catch (const failure&) {
    }
    try {
        return read_sfc_tail(source);
    } catch (const failure&) {
        return {};
    }
}

/// True when it may be that another process was just changing the file while we read it.
bool perhaps_unsettled(errc code) {
    return code == errc::container_damaged || code == errc::io_failed;
}

/// Reads the container again when a writer came between header and directory; falls back to the copy of the header
/// when the header was torn.
std::shared_ptr<const sfc_reader> open_settled(const std::filesystem::path& path, const sfc_password_ptr& password) {
    for (auto pause = first_pause;; pause *= 2) {
        const auto source = std::make_shared<const file_source>(path);
        try {
            return std::make_shared<const sfc_reader>(source, password, sfc_layout::growing);
        } catch (const failure& problem) {
            if (!perhaps_unsettled(problem.code()))
                throw;
            if (pause > longest_pause) {
                if (const auto header = header_of_torn(*source))
                    return std::make_shared<const sfc_reader>(source, password, *header);
                throw;
            }
        }
        std::this_thread::sleep_for(pause);
    }
}

} // namespace

std::shared_ptr<const sfc_reader> open_container(
    const std::filesystem::path& path, sfc_password_ptr password, std::shared_ptr<const sfc_reader> known) {
    std::error_code unreadable;
    if (!std::filesystem::exists(path, unreadable) && !unreadable)
        throw failure(errc::config_missing, path.string() + " does not exist; create it with 'omegasafe init'.");
    if (known != nullptr && is_version_of(path, known->header()))
        return known;
    auto reader = open_settled(path, password);
    // Else whoever can write the folder could slip in a plain container, and the next change would write secrets to it.
    if (password != nullptr && !reader->header().password_protected)
        throw damaged(path.string() + " was replaced by a container without a password");
    return reader;
}

void create_container(
    const std::filesystem::path& path, sfc_password_ptr password, const container_changes& changes, bool replace) {
    std::error_code unreadable;
    const bool exists = std::filesystem::exists(path, unreadable);
    if (exists && !replace)
        throw failure(errc::config_exists, path.string() + " exists already; remove it or choose to overwrite it.");
    // Else another process's update could bring the old content back over the new file.
    std::optional<file_lock> lock;
    if (exists)
        lock.emplace(path);
    atomic_file file(path, lock ? existing_target::replace_locked : existing_target::refuse);
    sfc_writer writer(file, std::move(password));
    write_changed(writer, nullptr, changes);
    file.commit();
}

void update_container(const std::filesystem::path& path, sfc_password_ptr password,
    const std::function<container_changes(const sfc_reader&)>& decide) {
    const auto real = resolved(path);
    const file_lock lock(real);
    const auto reader = open_container(real, password);
    auto changes = decide(*reader);
    if (changes.put.empty() && changes.remove.empty())
        return;
    if (reader->header().total_size >= grown_from && can_grow(*reader, changes)) {
        if (opened_file file(real); file) {
            put_about(changes, *reader, file.opened());
            if (grow_container(file, *reader, password, changes))
                return;
        }
    }
    replace_container(real, password, *reader, std::move(changes));
}

} // namespace omegasafe::storage
