// The types that a `type:` may name, each read into a factory of instances.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "config/section.hpp"

namespace fieldgate::config {

/// What `type:` and its options were read into: makes instances, and is compared by type and options, so that a reload
/// can tell what stayed the same. A value; cheap to copy.
template <class Interface, class... Args>
class Factory {
 public:
  Factory() = default;

  template <class T>
  static Factory of(typename T::Config config) {
    Factory factory;
    factory.model_ = std::make_shared<Model<T>>(std::move(config));
    return factory;
  }

  /// Reads the options of a T.
  template <class T>
  static Factory read(Section& section) {
    return of<T>(T::Config::read(section));
  }

  std::unique_ptr<Interface> make(Args... args) const { return model_->make(std::forward<Args>(args)...); }
  std::string_view type() const { return model_ ? model_->type() : std::string_view(); }
  explicit operator bool() const { return model_ != nullptr; }

  /// The options, if the type is T; null otherwise.
  template <class T>
  const typename T::Config* config() const {
    const auto* model = dynamic_cast<const Model<T>*>(model_.get());
    return model ? &model->config : nullptr;
  }

  bool operator==(const Factory& other) const {
    return model_ == other.model_ || (model_ && other.model_ && model_->equals(*other.model_));
  }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual std::unique_ptr<Interface> make(Args... args) const = 0;
    virtual std::string_view type() const = 0;
    virtual bool equals(const Base& other) const = 0;
  };
  template <class T>
  struct Model final : Base {
    explicit Model(typename T::Config c) : config(std::move(c)) {}
    std::unique_ptr<Interface> make(Args... args) const override {
      return std::make_unique<T>(config, std::forward<Args>(args)...);
    }
    std::string_view type() const override { return T::type; }
    bool equals(const Base& other) const override {
      const auto* same = dynamic_cast<const Model*>(&other);
      return same && same->config == config;
    }
    typename T::Config config;
  };
  std::shared_ptr<const Base> model_;
};

/// A type that the catalogue can hold: its name in YAML, one sentence on it, and its options with their reader.
/// `T::Config::read(Section&)` returns the Config; T is built from it.
template <class T>
concept Component = requires(Section& section) {
  { T::type } -> std::convertible_to<std::string_view>;
  { T::meaning } -> std::convertible_to<std::string_view>;
  { T::Config::read(section) } -> std::same_as<typename T::Config>;
}
&&std::equality_comparable<typename T::Config>;

/// All types of one kind. F is what a type and its options are read into, by `F::read<T>(section)`: a Factory, or what
/// holds one.
template <class F>
class Registry {
 public:
  struct Type {
    std::string_view name;
    std::string_view meaning;
    std::function<F(Section&)> read;
  };

  /// `kind` as the reference calls it: "framing", "codec", "adapter", "sink", "transform".
  explicit Registry(std::string_view kind) : kind_(kind) {}

  template <Component T>
  void add() {
    types_.push_back({T::type, T::meaning, [](Section& section) { return F::template read<T>(section); }});
  }

  /// A type that is another one with options of its own: a preset. `name` and `meaning` are literals.
  void add(std::string_view name, std::string_view meaning, std::function<F(Section&)> read) {
    types_.push_back({name, meaning, std::move(read)});
  }

  std::string_view kind() const { return kind_; }
  const std::vector<Type>& types() const { return types_; }

  /// Reads `type:` and the type's options out of `section`. After a problem the factory may be empty.
  F read(Section& section) const;

 private:
  std::string_view kind_;
  std::vector<Type> types_;
};

/// Reads the option `type` of a section: the index of its name among `names`, or npos after a problem was reported
/// (which names the known ones); the section's other keys then count as known.
std::size_t read_type(Section& section, std::string_view kind, const std::vector<std::string_view>& names);

template <class F>
F Registry<F>::read(Section& section) const {
  std::vector<std::string_view> names;
  for (const Type& type : types_) names.push_back(type.name);
  const std::size_t index = read_type(section, kind_, names);
  return index < types_.size() ? types_[index].read(section) : F();
}

}  // namespace fieldgate::config
