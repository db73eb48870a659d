// Where the chunks of one file come from and go to, as the actors of file_streams.hpp use it.
#pragma once

#include "messages/messages.hpp"
#include <omegasafe/error.hpp>

namespace omegasafe::actors {

/// Where the chunks of one file come from. Calls come from one thread and may throw `failure`.
class file_input {
public:
    virtual ~file_input() = default;
    /// Fills the side that the cipher reads; the chunk's place is set. In order.
    virtual void read(chunk& next) = 0;
};

/// Where the chunks of one file go. Calls come from one thread and may throw `failure`; an output that is destroyed
/// before finish() leaves nothing behind.
class file_output {
public:
    virtual ~file_output() = default;
    /// Chunks come in any order, each once.
    virtual void write(const chunk& done) = 0;
    /// What is written so far goes to the disk. The one call that comes from another thread, beside write(); after a
    /// failure finish() is not called.
    virtual void flush() = 0;
    /// After the last chunk: the file appears, durable.
    virtual void finish() = 0;
};

} // namespace omegasafe::actors
