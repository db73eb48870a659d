// What a program does about its memory before it reads the first secret.
#pragma once

namespace omegasafe::crypto {

/// No core dump, not even one that the system hands to a program; no other process of the same user may read our memory
/// or trace us; and as much memory may be locked as the system allows. A sanitizer's build stays readable: it needs it.
void keep_memory_private() noexcept;

/// Calls `tell` once in the process's life when memory for secrets could not be locked; at once if it has happened
/// already.
void when_unlocked(void (*tell)()) noexcept;
inline constexpr const char* unlocked_sentence = "Memory for secrets could not be locked, so it may be written to "
                                                 "swap; raise the limit (ulimit -l) or encrypt the swap.";

} // namespace omegasafe::crypto
