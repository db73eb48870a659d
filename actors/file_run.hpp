// One file on its way through the cipher pool, seen from the side that reads, hashes and writes.
#pragma once

#include "actors/runtime.hpp"
#include "storage/encrypted_file.hpp"

namespace omegasafe::actors {

/// The file_job drives one: fill a chunk, send it to the pool, use the time with sent(), take it back in order. All
/// calls come from one thread and may throw `failure`; a run that is destroyed before finish() leaves nothing behind.
class file_run {
public:
    virtual ~file_run() = default;

    /// Direction, cipher and codec of every chunk; `data` is empty.
    virtual const cipher_chunk& job() const = 0;
    /// Reads what the next chunk needs; false when everything was handed out.
    virtual bool fill(chunk& next) = 0;
    /// Called right after the chunk went to the pool: the side that the worker only reads may be read here too.
    virtual void sent(const chunk& under_way) = 0;
    /// Takes a chunk back, in the order of fill().
    virtual void absorb(const chunk& done) = 0;
    /// After the last chunk: checks what is left to check, makes the output appear.
    virtual file_report finish() = 0;
    /// How the file is named in sentences.
    virtual const std::filesystem::path& input() const = 0;
    /// Bytes done and in all.
    virtual progress state() const = 0;
};

/// What a tree's index says of a file must be what its encrypted file holds. Throws failure(integrity_failed).
void require_listed_file(const std::filesystem::path& encrypted, const storage::file_metadata& found,
    const std::string& name, const file_attributes& listed);

/// Everything that can be refused is refused before positions are claimed; the claim is durable on return.
std::unique_ptr<file_run> start_encryption(
    caf::actor_system& system, const supervisor_actor& supervisor, const encrypt_file& request);

/// Pulls the file's Delta from the ECS when it is not here.
std::unique_ptr<file_run> start_decryption(
    caf::actor_system& system, const supervisor_actor& supervisor, const decrypt_file& request);

} // namespace omegasafe::actors
