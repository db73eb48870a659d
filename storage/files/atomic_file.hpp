// Files that appear under their name only when they are whole and on disk.
#pragma once

#include "storage/files/direct_writer.hpp"
#include "storage/files/random_access.hpp"

namespace omegasafe::storage {

enum class existing_target {
    refuse,
    replace,
    replace_locked, // the caller holds the target's lock: what a killed process left behind is known by name and
                    // removed
};

/// A new file in the folder of `target`, unnamed (O_TMPFILE) where the file system can, else under a hidden temporary
/// name; mode 0600 until told otherwise. Gone without a trace unless commit() succeeds, also after SIGKILL where it is
/// unnamed and after a signal that can be caught always (see remove_temporary_files). Named ones that a SIGKILL left
/// are removed by the next process that writes into the folder.
class atomic_file final : public byte_sink {
public:
    /// Throws failure(output_refused) when the folder is missing or read-only, or when `target` exists and may not be
    /// replaced (checked again, without a race, on commit), failure(io_failed) on a full disk.
    atomic_file(const std::filesystem::path& target, existing_target policy);
    /// In an open folder, wherever that is now: `target` gives the name in it, and is how sentences call the file.
    atomic_file(storage::descriptor folder, std::filesystem::path target, existing_target policy);
    ~atomic_file() override;
    atomic_file(const atomic_file&) = delete;
    atomic_file& operator=(const atomic_file&) = delete;

    const std::filesystem::path& target() const { return target_; }
    int descriptor() const { return descriptor_.get(); }
    void write_at(std::uint64_t offset, const_byte_span data) override;
    /// Within the kernel (copy_file_range) when `source` is a file and the file systems can.
    void copy_from(
        const byte_source& source, std::uint64_t source_offset, std::uint64_t length, std::uint64_t offset) override;
    /// Reserves space, so that a full disk shows before the work; ignored where the file system cannot. A large file
    /// (limits::direct_bytes) is then written past the page cache, by one thread at a time.
    void reserve(std::uint64_t size);
    /// Permission bits and modification time that the file appears with; after the last write.
    void set_attributes(std::uint32_t mode, std::int64_t mtime_ns);
    /// What is written so far, but for the last megabyte, goes to the disk beside further writes; any thread may call
    /// it. Throws failure(io_failed), and then the file must not be committed: the kernel tells of a lost write only
    /// once.
    void flush() const;
    /// fsync, link or rename to the target, fsync of the folder. Throws failure(output_refused / io_failed).
    void commit();
    /// The name alone: whole for everyone who looks, but durable only after a group_sync. What replaces a file is
    /// synced first, because the file system may keep the new name and lose the content.
    void publish();

private:
    void complete();
    void sync();
    void appear();
    std::string choose_temporary_name() const;
    void create_named();
    bool taken_for_left();
    int rename_to_new(const std::string& name);
    int replace_placeholder(const std::string& name);
    void publish_new();
    void publish_over();
    bool copy_in_kernel(int from, std::uint64_t& source_offset, std::uint64_t& length, std::uint64_t& offset);

    std::filesystem::path target_;
    existing_target policy_;
    storage::descriptor folder_;
    storage::descriptor descriptor_;
    std::unique_ptr<direct_writer> direct_; // null: through the page cache
    std::string temporary_name_;            // empty while the file is unnamed
};

/// Unlinks every temporary file this process still holds under a name and lets no new one be made: further commits that
/// need one throw failure(aborted). For the end of the process on a signal; any thread may call it.
void remove_temporary_files() noexcept;

/// Reads a whole small file (at most `limit` bytes). Throws failure(input_unreadable) / failure(io_failed).
std::vector<std::uint8_t> read_file(const std::filesystem::path& path, std::uint64_t limit);
std::vector<std::uint8_t> read_whole(const file_source& source, std::uint64_t limit);

} // namespace omegasafe::storage
