// One file on its way through the cipher pool, seen from the side that hashes.
#pragma once

#include "actors/asker.hpp"
#include "actors/file_ends.hpp"
#include "actors/key_access.hpp"
#include "messages/tree.hpp"
#include "storage/records/encrypted_file.hpp"

namespace omegasafe::actors {

/// Makes room for `plain_size` bytes and their stored form. Buffers only grow, so that a small file touches little
/// memory.
void fit(chunk& buffer, std::size_t plain_size);

/// Makes `buffer` stand for up to `segments` segments from `first_segment` on, of an entry of `length` plain bytes
/// whose first has `position_in_delta`. Returns the segment after them.
std::uint64_t place(chunk& buffer, std::uint64_t first_segment, std::uint64_t segments, std::uint64_t length,
    std::uint64_t position_in_delta);

/// The file_job drives one: next() places a chunk, the reader fills it, sent() looks at it on its way to the pool,
/// absorb() when it comes back. All calls come from one thread and may throw `failure`.
class file_run {
public:
    virtual ~file_run() = default;

    /// Where chunks are read from. Called once, when next() has placed the first chunk.
    virtual std::shared_ptr<file_input> take_input() = 0;
    /// Where done chunks go; null when nothing is written. Called once, before the first chunk.
    virtual std::shared_ptr<file_output> take_output() = 0;
    /// Direction, cipher and codec of every chunk; `data` is empty.
    virtual const cipher_chunk& job() const = 0;
    /// Sets the place of the next chunk; false when everything was handed out.
    virtual bool next(chunk& fresh) = 0;
    /// Called right after the chunk went to the pool, in the order of next(): the side that the worker only reads may
    /// be read here too.
    virtual void sent(const chunk& under_way) = 0;
    /// Called once, after sent() for all others: a last chunk that is not read from the file. False when there is none.
    virtual bool last(chunk& fresh) = 0;
    /// Looks at a chunk that came back, in the order in which they were sent; it may be being written meanwhile.
    virtual void absorb(const chunk& done) = 0;
    /// After the last chunk: checks what is left to check; only then the output may appear. The report's time is not
    /// set yet.
    virtual file_report finish() = 0;
    /// How the file is named in sentences.
    virtual const std::filesystem::path& input() const = 0;
    /// Bytes done and in all.
    virtual progress state() const = 0;
};

/// What is said of a file that is being made, with or without `layer`.
file_protection protection_with(const password_ptr& layer);
/// What is said of a file whose tag was right.
file_protection protection_of(const storage::encrypted_file_info& file, const key_access& key);
/// One warning when the file `name` came without the layer that its key has.
void warn_if_layer_missing(const file_protection& found, const std::string& name);

/// The encrypted file must be the one that the tree's index means: no older, no other one of the same name and length.
/// Two steps, the first before its Delta is looked for: a foreign file must not have one pulled. `key_uuid`: of the
/// index. Throw failure(integrity_failed).
void require_listed_place(const tree_file& listed, const uuid& key_uuid, const storage::encryption_metadata& found);
void require_listed_file(const tree_file& listed, const storage::file_metadata& found);

/// Everything that can be refused is refused before positions are claimed; the claim is durable on return.
std::unique_ptr<file_run> start_encryption(const asker_on<actor_floor::file_job>& me, const encrypt_file& request);
std::unique_ptr<file_run> start_encryption(const asker_on<actor_floor::file_job>& me, const encrypt_tree_file& request);

/// Pulls the file's Delta from the ECS when it is not here.
std::unique_ptr<file_run> start_decryption(const asker_on<actor_floor::file_job>& me, const decrypt_file& request);
std::unique_ptr<file_run> start_decryption(const asker_on<actor_floor::file_job>& me, const decrypt_tree_file& request);

} // namespace omegasafe::actors
