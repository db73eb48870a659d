#include "actors/cipher_pool.hpp"

#include "actors/make_actor.hpp"
#include "crypto/cipher.hpp"
#include "messages/limits.hpp"
#include "storage/container/sfc.hpp"
#include <algorithm>
#include <cstring>

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
            data.position_in_delta + plain, {data.plain.data() + plain, size},
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

struct cipher_worker_state {
    using handle_type = cipher_worker_actor;
    static constexpr const char* name = "cipher_worker";

    explicit cipher_worker_state(cipher_worker_actor::pointer) {}

    cipher_worker_actor::behavior_type behavior() {
        return {
            handle([](const cipher_chunk& job) {
                job.direction == crypto::direction::encrypt ? encrypt(job) : decrypt(job);
                return job.data;
            }),
            handle([](const draw_piece& piece) {
                crypto::draw_maps(piece.block->span().subspan(piece.offset, piece.size));
            }),
        };
    }
};

/// A block of maps whose pieces are being drawn, and who waits for it.
struct open_block {
    promised<key_material_ptr> promise;
    crypto::key_geometry geometry;
    std::shared_ptr<crypto::secure_bytes> block;
    std::size_t left = 0; // pieces
};

class cipher_pool_state {
public:
    using handle_type = cipher_pool_actor;
    static constexpr const char* name = "cipher_pool";

    cipher_pool_state(cipher_pool_actor::pointer self, std::size_t workers) : self_(self) {
        for (std::size_t i = 0; i < workers; ++i)
            workers_.push_back(new_worker());
        self->set_down_handler([this](const caf::down_msg& down) {
            for (auto& worker : workers_)
                if (worker.address() == down.source) {
                    worker = new_worker();
                    ++restarts_;
                }
        });
    }
    ~cipher_pool_state() {
        for (const auto& worker : workers_)
            caf::anon_send_exit(worker, caf::exit_reason::user_shutdown);
    }
    cipher_pool_state(const cipher_pool_state&) = delete;
    cipher_pool_state& operator=(const cipher_pool_state&) = delete;

    cipher_pool_actor::behavior_type behavior() {
        return {
            // The answer goes straight from the worker to who asked.
            [this](cipher_chunk& job) -> caf::result<chunk_ptr> {
                ++chunks_;
                return self_->delegate(take_turn(), std::move(job));
            },
            handle([this](const generate_maps& request) { return generate(request); }),
            handle([this](get_status) { return status(); }),
        };
    }

private:
    cipher_worker_actor new_worker() {
        auto worker = make_actor<cipher_worker_state, caf::no_spawn_options>(self_->system());
        self_->monitor(worker);
        return worker;
    }
    const cipher_worker_actor& take_turn() { return workers_[next_++ % workers_.size()]; }

    /// Splits a block of maps over the workers and answers when all pieces are drawn.
    caf::result<key_material_ptr> generate(const generate_maps& request) {
        const auto total_maps = request.geometry->material_bytes() / crypto::map_size;
        const auto most = request.max_workers == 0 ? workers_.size() : std::size_t{request.max_workers};
        const auto pieces = std::min({workers_.size(), most, static_cast<std::size_t>(total_maps)});
        const auto open = std::make_shared<open_block>(open_block{promised<key_material_ptr>{self_}, *request.geometry,
            std::make_shared<crypto::secure_bytes>(request.geometry->material_bytes()), pieces});
        ++blocks_;
        for (std::size_t i = 0; i < pieces; ++i) {
            const std::size_t first = total_maps * i / pieces, end = total_maps * (i + 1) / pieces;
            const draw_piece piece{open->block, first * crypto::map_size, (end - first) * crypto::map_size};
            ask_then(
                self_, take_turn(), piece,
                [open] {
                    if (--open->left == 0 && open->promise.pending())
                        open->promise.deliver(
                            std::make_shared<const crypto::key_material>(open->geometry, std::move(*open->block)));
                },
                [open](const failure& problem) {
                    if (open->promise.pending())
                        open->promise.deliver(problem);
                });
        }
        return open->promise;
    }

    actor_status status() const {
        return {
            name, {{"workers", std::to_string(workers_.size())}, {"workers started anew", std::to_string(restarts_)},
                      {"chunks", std::to_string(chunks_)}, {"blocks of maps", std::to_string(blocks_)}}};
    }

    cipher_pool_actor::pointer self_;
    std::vector<cipher_worker_actor> workers_;
    std::size_t next_ = 0;
    std::uint64_t restarts_ = 0, chunks_ = 0, blocks_ = 0;
};

} // namespace

cipher_pool_actor spawn_cipher_pool(caf::actor_system& system, std::size_t workers) {
    return make_actor<cipher_pool_state, caf::no_spawn_options>(system, workers);
}

} // namespace omegasafe::actors
