// What a client does with streams. Input and output lie in temporary files meanwhile, plain text sealed, so that memory
// stays the same for any length: lengths must be known before positions are claimed, and all of an encrypted stream
// checked before any of it is given out.
#include "actors/file_run.hpp"
#include "actors/key_access.hpp"
#include "crypto/random.hpp"
#include "engine/context.hpp"
#include "engine/stream_ends.hpp"
#include "messages/limits.hpp"
#include "messages/log.hpp"
#include "storage/container/sealed_spool.hpp"
#include "storage/records/encrypted_file.hpp"
#include "storage/records/key_iteration.hpp"
#include <algorithm>
#include <utility>

namespace omegasafe {

namespace {

using limits::file_metadata_bytes;

/// Chunks under way at most, 2 MiB each: more would only take memory, since one thread reads and writes them.
constexpr std::size_t most_stream_chunks = 8;

void require_callbacks(const stream_input& input, const stream_output& output) {
    if (!input || !output)
        throw failure(errc::usage, "A stream needs an input and an output callback.");
}

/// A chunk of encrypted_data: FileMetadata when it is the first, bytes of the stream, random suffix.
struct chunk_parts {
    byte_span metadata, content, suffix;
    std::uint64_t content_offset = 0; // in the stream
};
chunk_parts parts_of(chunk& whole, std::uint64_t stream_length) {
    const byte_span bytes{whole.plain.data(), whole.plain_size};
    const auto offset = whole.first_segment * limits::segment_bytes;
    const auto inside = [&](std::uint64_t place) { // nearest place in this chunk
        return static_cast<std::size_t>(std::clamp<std::uint64_t>(place, offset, offset + bytes.size()) - offset);
    };
    const auto begin = inside(file_metadata_bytes), end = inside(file_metadata_bytes + stream_length);
    return {bytes.first(begin), bytes.subspan(begin, end - begin), bytes.subspan(end),
        std::min(offset + begin - file_metadata_bytes, stream_length)};
}

/// Sends encrypted_data of `length` bytes through the cipher pool, several chunks at once. `before` and `after` see
/// each chunk, in order, on this thread.
void run_chunks(engine::context& context, cipher_chunk job, std::uint64_t length, std::uint64_t position_in_delta,
    const std::function<void(chunk&)>& before, const std::function<void(chunk&)>& after) {
    auto& system = context.runtime().system();
    const auto pool = context.actors().cipher_pool;
    const auto most = std::min(system.scheduler().num_workers() + 1, most_stream_chunks);
    const auto segments = storage::segment_codec::segment_count(length);
    actors::questions<chunk_ptr, actor_floor::program> under_way{context.runtime().main_asker()};
    chunk_ptr idle;
    for (std::uint64_t next = 0; next < segments || under_way.open() > 0;) {
        if (next < segments && under_way.open() < most) {
            job.data = idle ? std::exchange(idle, nullptr) : std::make_shared<chunk>();
            next = actors::place(*job.data, next, limits::chunk_segments, length, position_in_delta);
            before(*job.data);
            under_way.ask(pool, job);
        } else {
            idle = under_way.next();
            after(*idle);
        }
    }
}

/// The whole input, sealed, and its SHA-256.
crypto::sha256_digest spool(
    const stream_input& input, engine::call_progress& progress, std::uint64_t capacity, storage::sealed_spool& plain) {
    crypto::sha256 hash;
    engine::read_all(input, progress, [&](std::uint64_t offset, const_byte_span piece) {
        storage::require_fits(offset + piece.size(), capacity);
        hash.update(piece);
        plain.write_at(offset, piece);
    });
    plain.finish();
    return hash.finish();
}

/// Checked as it is decrypted into `plain`; nothing is missing and nothing altered when this returns.
storage::file_metadata decrypt_checked(engine::context& context, const storage::encrypted_file_info& file,
    const storage::key_iteration& delta, engine::call_progress& progress, storage::sealed_spool& plain) {
    const auto first = static_cast<std::uint64_t>(file.metadata.global_position_start - delta.info.first_position());
    storage::require_positions(file, first, delta.info.geometry.capacity());
    storage::file_metadata original;
    crypto::sha256 hash;
    const auto take = [&](chunk& done) {
        if (done.first_segment == 0) {
            original = storage::decode_file_metadata({done.plain.data(), file_metadata_bytes},
                {delta, file.metadata.global_position_start, file.data.length});
            if (original.length > file.data.length - file_metadata_bytes)
                throw failure(errc::integrity_failed, "The encrypted stream holds less than its original length.");
        }
        const auto content = parts_of(done, original.length).content;
        hash.update(content);
        plain.write_at(plain.size(), content);
        progress.at({plain.size(), 2 * original.length}); // decrypted, then given out
    };
    const auto load = [&](chunk& fresh) {
        file.container->read_stored(file.data, fresh.first_segment,
            storage::segment_codec::segment_count(fresh.plain_size), {fresh.stored.data(), fresh.stored_size});
    };
    try {
        run_chunks(context, {crypto::direction::decrypt, delta.cipher, file.container->codec(file.data), nullptr},
            file.data.length, first, load, take);
    } catch (const failure& problem) {
        if (problem.code() != errc::container_damaged)
            throw;
        throw failure(problem.code(), std::string{"The encrypted stream is damaged: "} + problem.what()); // a worker's
    }
    plain.finish();
    if (plain.size() != original.length || hash.finish() != original.sha256)
        throw failure(errc::integrity_failed,
            "The encrypted stream does not decrypt to what was encrypted; it or the key was altered.");
    return original;
}

void give_out(const storage::sealed_spool& plain, engine::call_progress& progress, const stream_output& output) {
    engine::ordered_sink sink{output};
    secure_bytes room(limits::chunk_bytes);
    for (std::uint64_t offset = 0; offset < plain.size(); offset += room.size()) {
        progress.at({plain.size() + offset, 2 * plain.size()});
        const auto size = std::min<std::uint64_t>(room.size(), plain.size() - offset);
        const auto piece = room.span().first(static_cast<std::size_t>(size));
        plain.read_at(offset, piece);
        sink.write_at(offset, piece);
    }
}

} // namespace

stream_report client::encrypt(const encrypt_stream& request, const watch& watch) {
    const auto started = std::chrono::steady_clock::now();
    require_callbacks(request.input, request.output);
    if (!plain_file_name(request.name))
        throw failure(errc::usage, "A stream is encrypted under a plain file name, without folders and control "
                                   "characters.");
    const engine::watching watching{context_->runtime().system(), watch};
    engine::call_progress progress{watching};
    const actors::usable_key key{context_->runtime().main_asker(), request.key_uuid};
    const auto capacity = key.ends()->front().geometry.capacity();
    const auto layer = key.layer_to_seal();

    storage::sealed_spool plain("The input stream");
    const auto digest = spool(request.input, progress, capacity, plain);
    const auto length = file_metadata_bytes + plain.size() + storage::draw_suffix_length(plain.size(), capacity);

    progress.at({plain.size(), 0}); // the last moment before positions are used up
    const auto [claimed, delta, position_in_delta] = key.claim(length);
    log::debug("Encrypting a stream with positions {} to {} of Delta {}.", to_decimal(claimed.range.first),
        to_decimal(claimed.range.last), claimed.seq_number);
    const auto metadata = storage::encode({request.name, plain.size(), digest}, {*delta, claimed.range.first, length});
    const auto names = storage::to_json({request.key_uuid, claimed.range.first});
    engine::ordered_sink sink{request.output};
    storage::sfc_writer writer{sink, layer};
    const auto& names_entry = writer.reserve(storage::encryption_metadata_uuid, {}, names.size());
    const auto& data_entry = writer.reserve(storage::encrypted_data_uuid, {}, length);
    writer.write_header();
    writer.fill(names_entry, crypto::as_bytes(names));
    std::uint64_t done_bytes = 0;
    run_chunks(
        *context_, {crypto::direction::encrypt, delta->cipher, data_entry.codec, nullptr}, length, position_in_delta,
        [&](chunk& fresh) {
            const auto parts = parts_of(fresh, plain.size());
            std::ranges::copy(metadata.span().first(parts.metadata.size()), parts.metadata.begin());
            plain.read_at(parts.content_offset, parts.content);
            crypto::random_fill(parts.suffix);
        },
        [&](chunk& done) {
            progress.at({done_bytes, length});
            writer.write_stored(data_entry, done.first_segment, {done.stored.data(), done.stored_size});
            done_bytes += done.plain_size;
        });
    const auto encrypted_bytes = writer.finish();
    return {request.name, plain.size(), encrypted_bytes, length, request.key_uuid, claimed.seq_number,
        std::chrono::steady_clock::now() - started, actors::protection_with(layer)};
}

stream_report client::decrypt(const decrypt_stream& request, const watch& watch) {
    const auto started = std::chrono::steady_clock::now();
    require_callbacks(request.input, request.output);
    const engine::watching watching{context_->runtime().system(), watch};
    engine::call_progress progress{watching};
    const auto stored = std::make_shared<storage::temporary_file>("The encrypted stream");
    engine::read_all(
        request.input, progress, [&](std::uint64_t offset, const_byte_span piece) { stored->write_at(offset, piece); });
    const auto file = actors::layer_opener{context_->runtime().main_asker()}.open(stored);
    const actors::usable_key key{context_->runtime().main_asker(), file.metadata.key_uuid};
    const auto delta = key.delta_at(file.metadata.global_position_start);

    storage::sealed_spool plain("The decrypted stream");
    const auto original = decrypt_checked(*context_, file, *delta, progress, plain);
    const auto protection = actors::protection_of(file, key);
    actors::warn_if_layer_missing(protection, "The encrypted stream");
    give_out(plain, progress, request.output);
    return {original.name, original.length, stored->size(), file.data.length, file.metadata.key_uuid,
        delta->info.seq_number, std::chrono::steady_clock::now() - started, protection};
}

} // namespace omegasafe
