#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace sagespark::sagemaker {

/// What an option of a polymorphic type holds: takes an object of any class derived from Base by value, as Scala's `new X(...)`
/// reads, anything that converts to a shared_ptr, or one. Copies share the object, which is not changed any more. Never null.
template <typename Base>
class SharedHandle {
 public:
  template <typename Derived>
    requires std::derived_from<std::remove_cvref_t<Derived>, Base>
  SharedHandle(Derived&& object)  // NOLINT: an object is a handle to it.
      : object_(std::make_shared<const std::remove_cvref_t<Derived>>(std::forward<Derived>(object))) {}

  template <typename Pointer>
    requires(std::convertible_to<Pointer, std::shared_ptr<const Base>> &&
             !std::same_as<std::remove_cvref_t<Pointer>, SharedHandle>)
  SharedHandle(Pointer&& object) : object_(std::forward<Pointer>(object)) {}  // NOLINT

  const Base& operator*() const { return *object_; }
  const Base* operator->() const { return object_.get(); }
  const std::shared_ptr<const Base>& pointer() const { return object_; }

 private:
  std::shared_ptr<const Base> object_;
};

}  // namespace sagespark::sagemaker
