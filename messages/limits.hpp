// Limits and time-outs of the whole program, each with its unit and its reason.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace omegasafe::limits {

/// Bytes of plain data in one container segment: small enough to read one entry cheaply, large enough that the 16-byte
/// tag is noise (0.02 %).
inline constexpr std::size_t segment_bytes = 64 * 1024;

/// Bytes one pipeline chunk carries: 16 segments; stays in a core's cache from hashing to writing.
inline constexpr std::size_t chunk_bytes = 16 * segment_bytes;
inline constexpr std::uint64_t chunk_segments = chunk_bytes / segment_bytes;
static_assert(chunk_bytes % 4096 == 0, "each chunk of a file then lies in pages as the first one does");

/// Output that is brought to the disk beside writing more of it: large enough that flushes cost nothing, small enough
/// that little is left to wait for at the end.
inline constexpr std::uint64_t flush_bytes = 64 * 1024 * 1024;

/// Files from this size on are written past the page cache: below, what is left to wait for at the end is little.
inline constexpr std::uint64_t direct_bytes = 64 * 1024 * 1024;

/// A listener hears of progress at most this often.
inline constexpr std::chrono::milliseconds progress_interval{100};

/// Fixed size of FileMetadata in front of every encrypted file.
inline constexpr std::size_t file_metadata_bytes = 1024;

/// Largest random suffix, percent of the file's size (reference section 9).
inline constexpr unsigned suffix_percent = 5;

/// Largest Delta container accepted (reference create-key: 10 MiB).
inline constexpr std::uint64_t delta_container_bytes = 10 * 1024 * 1024;

/// Deltas that a pull stores in one durable step, and the bytes that it holds for it: rare enough that steps cost
/// nothing beside the data, often enough that an interrupted pull loses little.
inline constexpr std::size_t pull_batch_deltas = 32;
inline constexpr std::uint64_t pull_batch_bytes = 16 * 1024 * 1024;

/// Largest container directory: room for a million entries, and a bound on what a hostile header can make us allocate.
inline constexpr std::uint64_t directory_bytes = 256 * 1024 * 1024;

/// Largest attributes of one container entry, bytes.
inline constexpr std::size_t attributes_bytes = 16 * 1024;

/// Local claims kept for each reason and iteration (reference section 10).
inline constexpr std::size_t claims_per_reason = 10;

/// How long to wait for another process's lock before giving up: bookkeeping takes milliseconds.
inline constexpr std::chrono::seconds lock_wait{60};

/// Largest number of worker threads a user may ask for.
inline constexpr unsigned max_threads = 256;

/// Longest key, ECS and file name accepted, in bytes (file systems stop at 255).
inline constexpr std::size_t name_bytes = 255;

/// Files of a tree up to this size are encrypted in memory, many with one claim; larger ones stream on their own.
inline constexpr std::uint64_t small_file_bytes = chunk_bytes;

/// Files and bytes of one group of small files: enough that a claim and a sync cost little for each, and few enough
/// that a group fits every key's Delta and an interrupted run repeats little.
inline constexpr std::size_t group_files = 512;
inline constexpr std::uint64_t group_bytes = 8 * 1024 * 1024;

/// Largest index of a tree: some five million files, and a bound on what a hostile index can make us allocate.
inline constexpr std::uint64_t tree_index_bytes = 512 * 1024 * 1024;

/// Longest path inside a tree, bytes: what Linux takes in one call.
inline constexpr std::size_t tree_path_bytes = 4095;

/// A server that takes no connection within this is away: name look-up, connecting and TLS take well under a second.
inline constexpr std::chrono::milliseconds http_connect{5'000};

/// A connection on which no byte moves for so long is dead; a busy server answers within a few seconds.
inline constexpr std::chrono::milliseconds http_idle{15'000};

/// A whole request and its answer, however slowly it trickles.
inline constexpr std::chrono::milliseconds http_total{60'000};

/// The same for a Delta: 10 MiB at 40 kB/s.
inline constexpr std::chrono::milliseconds http_transfer{270'000};

/// A kept connection that was not used for so long is opened anew: servers close theirs after a minute.
inline constexpr std::chrono::milliseconds http_keep{30'000};

/// Largest JSON answer: the list of some fifty thousand Deltas.
inline constexpr std::size_t http_answer_bytes = 32 * 1024 * 1024;

/// Largest header of an answer.
inline constexpr std::size_t http_header_bytes = 32 * 1024;

/// Tries of a request that may be repeated: a server that restarts or a connection that broke is back soon, and more
/// would only keep the OFFLINE cache from serving.
inline constexpr unsigned http_tries = 3;

/// Pause before the second try, and twice that before the third: from this up to double.
inline constexpr std::chrono::milliseconds http_backoff{100};

/// Longest pause that a server may ask for (Retry-After); when it asks for more, it is unavailable.
inline constexpr std::chrono::milliseconds http_longest_pause{2'000};

/// No further try begins after so long: a server that does not answer in time will not do so at once.
inline constexpr std::chrono::milliseconds http_retry_window{10'000};

/// Deltas that a pull has on their way at once: hides the time of the round trips; each may take 10 MiB of memory.
inline constexpr std::size_t pull_ahead = 4;

} // namespace omegasafe::limits
