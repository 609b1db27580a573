// A value with several owners who only read it; the last one frees it. Eight bytes a pointer.
//
// own() is the way to change it: in place for its only owner, else on a copy that the others do not
// see. Pointers to one value may live in several threads; one pointer may not.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace foyer {

template <class T>
class Shared {
public:
    Shared() = default;
    template <class... Args>
    static Shared make(Args&&... args) {
        Shared made;
        made.block_ = new Block{1, T(std::forward<Args>(args)...)};
        return made;
    }
    Shared(const Shared& other) noexcept : block_(other.block_) {
        if (block_ != nullptr) block_->owners.fetch_add(1, std::memory_order_relaxed);
    }
    Shared(Shared&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    Shared& operator=(Shared other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~Shared() {
        if (block_ != nullptr && block_->owners.fetch_sub(1, std::memory_order_acq_rel) == 1)
            delete block_;
    }

    explicit operator bool() const { return block_ != nullptr; }
    const T& operator*() const { return block_->value; }
    const T* operator->() const { return &block_->value; }
    const T* get() const { return block_ == nullptr ? nullptr : &block_->value; }

    // Never of an empty pointer. What the others hold stays as it is.
    T& own() {
        if (block_->owners.load(std::memory_order_acquire) != 1) *this = make(block_->value);
        return block_->value;
    }

private:
    struct Block {
        std::atomic<std::uint32_t> owners;
        T value;
    };
    Block* block_ = nullptr;
};

}  // namespace foyer
