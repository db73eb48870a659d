// Claims from many threads, and what must hold of their answers.
#pragma once

#include "tests/unit/server/server_support.hpp"
#include <map>
#include <thread>

namespace omegasafe::test {

struct answered_claim {
    claim_request_record request;
    claimed_record claimed;
};

inline claimed_record claim_in(store& s, const claim_request_record& request) {
    return request.delta_uuid == uuid{} ? s.claim_alpha(request, noon) : s.claim_delta(request, noon);
}

/// Runs `work(thread)` in threads that start together; their answers in one list. What one throws, this throws.
template <class Work>
std::vector<answered_claim> in_threads(unsigned count, Work work) {
    std::vector<std::vector<answered_claim>> answers(count);
    std::vector<std::exception_ptr> problems(count);
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < count; ++i)
        threads.emplace_back([&, i] {
            try {
                answers[i] = work(i);
            } catch (...) {
                problems[i] = std::current_exception();
            }
        });
    for (auto& thread : threads)
        thread.join();
    for (const auto& problem : problems)
        if (problem)
            std::rethrow_exception(problem);
    std::vector<answered_claim> all;
    for (const auto& some : answers)
        all.insert(all.end(), some.begin(), some.end());
    return all;
}

/// What is wrong with the answers for one key; empty when they are as they must be: in every Delta and in the Alpha
/// the ranges that are not replays lie side by side from 0 to the next free position, inside the capacity, and the
/// database remembers each.
inline std::string problem_with(const std::vector<answered_claim>& answers, database& data, const claimable& of) {
    std::map<std::uint64_t, std::map<std::uint64_t, std::uint64_t>> ranges; // sequence -> first -> size
    for (const auto& [request, claimed] : answers) {
        if (claimed.capacity != of.key.alpha_capacity)
            return "another capacity";
        if (!claimed.replayed && !ranges[claimed.seq_number].emplace(claimed.first_offset, request.size).second)
            return "two claims begin at the same position";
        const auto again = data.write([&request = request](store& s) { return claim_in(s, request); });
        if (!again.replayed || again.first_offset != claimed.first_offset || again.seq_number != claimed.seq_number)
            return "an answered claim is not in the database";
    }
    std::map<std::uint64_t, std::uint64_t> next_free; // sequence -> offset
    data.read([&](store& s) {
        for (const auto& delta : s.deltas(of.key.key_uuid))
            next_free[delta.seq_number] = delta.next_offset;
        next_free[0] = s.key_of(of.user.user_uuid, of.key.key_uuid).value().alpha_next;
    });
    for (const auto& [seq_number, expected] : next_free) {
        std::uint64_t end = 0;
        for (const auto& [first, size] : ranges[seq_number]) {
            if (first != end)
                return "claims overlap or leave a gap";
            end += size;
        }
        if (end != expected || end > of.key.alpha_capacity)
            return "the next free position is not the end of the last claim";
    }
    return "";
}

} // namespace omegasafe::test
