// Owners of libpq's objects. Only .cpp files of this folder include libpq itself.
#pragma once

#include <libpq-fe.h>
#include <memory>

namespace foyer::master {

template <auto Free>
struct FreeWith {
    template <class T>
    void operator()(T* pointer) const {
        Free(pointer);
    }
};

using ConnPtr = std::unique_ptr<PGconn, FreeWith<PQfinish>>;
using ResultPtr = std::unique_ptr<PGresult, FreeWith<PQclear>>;

}  // namespace foyer::master
