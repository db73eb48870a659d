#include "actors/cipher_pool.hpp"

#include "actors/runtime.hpp"
#include "crypto/cipher.hpp"
#include "messages/limits.hpp"
#include "storage/container/sfc.hpp"
#include <algorithm>
#include <cstring>
#include <set>

namespace omegasafe::actors {

namespace {

using crypto::byte_span;
using storage::segment_codec;

constexpr std::size_t stored_segment = limits::segment_bytes + segment_codec::overhead;

/// What the kernel gets at once: enough turns of a large nucleus (17 per segment), and small enough that it is still in
/// the second-level cache when its segments are sealed.
constexpr std::size_t run_segments = 4;

/// Some segments of a chunk.
struct segment_run {
    std::uint64_t first = 0; // segment
    bool ends_entry = false;
    std::uint64_t position = 0;
    byte_span plain, stored;
};

template <class F>
void for_each_run(chunk& data, F body) {
    for (std::size_t segment = 0; segment * limits::segment_bytes < data.plain_size; segment += run_segments) {
        const auto plain = segment * limits::segment_bytes, stored = segment * stored_segment;
        const auto size = std::min(run_segments * limits::segment_bytes, data.plain_size - plain);
        body(segment_run{data.first_segment + segment, data.ends_entry && plain + size == data.plain_size,
            data.position + plain, {data.plain.data() + plain, size},
            {data.stored.data() + stored, static_cast<std::size_t>(segment_codec::stored_length(size))}});
    }
}

/// Calls body(index, last, plain bytes as offset and size, stored bytes) for each segment of a run.
template <class F>
void for_each_segment(const segment_run& run, F body) {
    for (std::size_t i = 0; i * limits::segment_bytes < run.plain.size(); ++i) {
        const auto offset = i * limits::segment_bytes;
        const auto size = std::min(limits::segment_bytes, run.plain.size() - offset);
        body(run.first + i, run.ends_entry && offset + size == run.plain.size(), offset, size,
            run.stored.subspan(i * stored_segment, size + segment_codec::overhead));
    }
}

/// The cipher's output stands at the end of the stored bytes; each segment moves down to its place, which never reaches
/// the next one.
void encrypt(const cipher_chunk& job) {
    for_each_run(*job.data, [&](const segment_run& run) {
        const auto text = run.stored.last(run.plain.size());
        job.cipher->encrypt(run.position, run.plain, text);
        for_each_segment(run, [&](auto index, bool last, std::size_t offset, std::size_t size, byte_span stored) {
            const auto place = stored.first(size);
            std::memmove(place.data(), text.data() + offset, size);
            job.codec->seal(index, last, place, stored);
        });
    });
}

void decrypt(const cipher_chunk& job) {
    for_each_run(*job.data, [&](const segment_run& run) {
        for_each_segment(run, [&](auto index, bool last, std::size_t offset, std::size_t size, byte_span stored) {
            if (!job.codec->open(index, last, stored, run.plain.subspan(offset, size)))
                throw failure(errc::container_damaged, "Its data was altered (segment " + std::to_string(index) + ").");
        });
        job.cipher->decrypt(run.position, run.plain, run.plain);
    });
}

cipher_worker_actor::behavior_type worker_behavior(cipher_worker_actor::pointer self, std::size_t /*number*/) {
    self->set_exception_handler(crash_error);
    return {
        handle([](const cipher_chunk& job) {
            job.direction == cipher_direction::encrypt ? encrypt(job) : decrypt(job);
            return job.data;
        }),
        handle(
            [](const draw_piece& piece) { crypto::draw_maps(piece.block->span().subspan(piece.offset, piece.size)); }),
    };
}

/// A block of maps whose pieces are being drawn, and who waits for it.
struct open_block {
    caf::typed_response_promise<key_material_ptr> promise;
    crypto::key_geometry geometry;
    std::shared_ptr<crypto::secure_bytes> block;
    std::size_t left = 0; // pieces
};

struct cipher_pool_state {
    std::vector<cipher_worker_actor> workers;
    std::size_t next = 0;
    std::set<std::shared_ptr<open_block>> open;

    const cipher_worker_actor& take_turn() { return workers[next++ % workers.size()]; }

    /// A promise that is dropped answers nobody, and who asked would wait for ever.
    void end() {
        for (const auto& worker : workers)
            caf::anon_send_exit(worker, caf::exit_reason::user_shutdown);
        workers.clear();
        for (const auto& block : open)
            block->promise.deliver(to_error({errc::internal, "The cipher pool stopped; run the command again."}));
        open.clear();
    }
};

/// Splits a block of maps over the workers and answers when all pieces are drawn.
caf::result<key_material_ptr> generate(
    cipher_pool_actor::pointer self, cipher_pool_state& state, const generate_maps& request) {
    const auto total_maps = request.geometry->material_bytes() / crypto::map_size;
    const auto most = request.max_workers == 0 ? state.workers.size() : std::size_t{request.max_workers};
    const auto pieces = std::min({state.workers.size(), most, static_cast<std::size_t>(total_maps)});
    const auto open = std::make_shared<open_block>(open_block{self->make_response_promise<key_material_ptr>(),
        *request.geometry, std::make_shared<crypto::secure_bytes>(request.geometry->material_bytes()), pieces});
    state.open.insert(open);
    for (std::size_t i = 0; i < pieces; ++i) {
        const std::size_t first = total_maps * i / pieces, end = total_maps * (i + 1) / pieces;
        const draw_piece piece{open->block, first * crypto::map_size, (end - first) * crypto::map_size};
        self->request(state.take_turn(), caf::infinite, piece)
            .then(
                [open, &state] {
                    if (--open->left == 0 && state.open.erase(open) > 0)
                        open->promise.deliver(
                            std::make_shared<const crypto::key_material>(open->geometry, std::move(*open->block)));
                },
                [open, &state](caf::error& problem) {
                    if (state.open.erase(open) > 0)
                        open->promise.deliver(std::move(problem));
                });
    }
    return open->promise;
}

} // namespace

cipher_pool_actor::behavior_type cipher_pool_behavior(cipher_pool_actor::pointer self, std::size_t workers) {
    self->set_exception_handler(crash_error);
    const auto state = std::make_shared<cipher_pool_state>();
    for (std::size_t i = 0; i < workers; ++i)
        state->workers.push_back(self->spawn<caf::monitored>(worker_behavior, i));
    self->set_down_handler([self, state](const caf::down_msg& down) {
        for (std::size_t i = 0; i < state->workers.size(); ++i)
            if (state->workers[i].address() == down.source)
                state->workers[i] = self->spawn<caf::monitored>(worker_behavior, i);
    });
    self->attach_functor([state] { state->end(); });
    return {
        // The answer goes straight from the worker to who asked.
        [self, state](
            cipher_chunk& job) -> caf::result<chunk_ptr> { return self->delegate(state->take_turn(), std::move(job)); },
        [self, state](const generate_maps& request) { return generate(self, *state, request); },
    };
}

} // namespace omegasafe::actors
