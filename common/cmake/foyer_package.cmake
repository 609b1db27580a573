# What is installed, and the three Debian packages made of it: foyer (the command), foyer-master, foyer-node. `deploy/package` is the one
# command. They are built on Debian 12 and run on 12 and 13: of the libraries those two name differently (gRPC and what it stands on, fmt,
# the HTTPS client, the TOML reader) each package brings its own, in a folder of its own; all others are Debian's.
set(FOYER_BUNDLED_LIBRARIES
    "^lib(grpc|grpc\\+\\+|grpc\\+\\+_reflection|gpr|upb|address_sorting|protobuf|absl_[a-z0-9_]*)\\.so"
    "^lib(re2|fmt|cpp-httplib|tomlplusplus)\\.so")
set(FOYER_PACKAGE_DOCS "${CMAKE_BINARY_DIR}/package-docs") # made by deploy/package with the command itself

# foyer_package_program(TARGET PACKAGE FOLDER): installs the program and the libraries that its package brings.
function(foyer_package_program target package folder)
  set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN/../lib/${package}" INSTALL_RPATH_USE_LINK_PATH OFF)
  # The old tag: also what a library needs that was found by it is looked for there.
  target_link_options(${target} PRIVATE -Wl,--disable-new-dtags)
  install(TARGETS ${target} RUNTIME_DEPENDENCY_SET ${target}_libraries RUNTIME DESTINATION ${folder} COMPONENT ${package})
  install(
    RUNTIME_DEPENDENCY_SET ${target}_libraries
    PRE_INCLUDE_REGEXES ${FOYER_BUNDLED_LIBRARIES}
    PRE_EXCLUDE_REGEXES ".*"
    LIBRARY DESTINATION lib/${package} COMPONENT ${package})
endfunction()

foyer_package_program(foyer foyer bin)
foyer_package_program(foyer-master foyer-master sbin)
foyer_package_program(foyer-node foyer-node sbin)
install(TARGETS foyer-crun foyer-fence foyer-probe RUNTIME DESTINATION libexec/foyer COMPONENT foyer-node)

install(DIRECTORY "${FOYER_PACKAGE_DOCS}/" DESTINATION share COMPONENT foyer OPTIONAL)
foreach(package IN ITEMS foyer foyer-master foyer-node)
  install(FILES "${CMAKE_SOURCE_DIR}/deploy/debian/${package}/README.md" DESTINATION share/doc/${package} COMPONENT ${package})
  install(FILES "${CMAKE_SOURCE_DIR}/deploy/debian/copyright" DESTINATION share/doc/${package} COMPONENT ${package})
endforeach()
foreach(package IN ITEMS foyer-master foyer-node)
  install(FILES "${CMAKE_SOURCE_DIR}/deploy/systemd/${package}.service" DESTINATION lib/systemd/system COMPONENT ${package})
endforeach()
install(FILES "${CMAKE_SOURCE_DIR}/deploy/systemd/foyer-partitions.service" "${CMAKE_SOURCE_DIR}/deploy/systemd/foyer-node-upgrade.path"
              "${CMAKE_SOURCE_DIR}/deploy/systemd/foyer-node-upgrade.service" DESTINATION lib/systemd/system COMPONENT foyer-node)
install(PROGRAMS "${CMAKE_SOURCE_DIR}/node-agent/tools/foyer-node-upgrade" DESTINATION libexec/foyer COMPONENT foyer-node)
install(FILES "${CMAKE_SOURCE_DIR}/deploy/systemd/foyer-master.sysusers" DESTINATION lib/sysusers.d RENAME foyer-master.conf
        COMPONENT foyer-master)
install(FILES "${CMAKE_SOURCE_DIR}/deploy/debian/foyer-master/master.toml" DESTINATION /etc/foyer COMPONENT foyer-master)
install(FILES "${CMAKE_SOURCE_DIR}/deploy/debian/foyer-node/node.toml" DESTINATION /etc/foyer COMPONENT foyer-node)
install(FILES "${CMAKE_SOURCE_DIR}/deploy/master.toml" DESTINATION share/doc/foyer-master RENAME master.toml.all COMPONENT foyer-master)
install(FILES "${CMAKE_SOURCE_DIR}/deploy/node.toml" DESTINATION share/doc/foyer-node RENAME node.toml.all COMPONENT foyer-node)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME foyer)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGE_CONTACT "Foyer <packages@foyer.invalid>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL foyer foyer-master foyer-node)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
foreach(package IN ITEMS foyer foyer-master foyer-node)
  string(TOUPPER "${package}" key)
  set(CPACK_DEBIAN_${key}_PACKAGE_NAME ${package})
  file(GLOB scripts CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/deploy/debian/${package}/control/*")
  set(CPACK_DEBIAN_${key}_PACKAGE_CONTROL_EXTRA ${scripts})
endforeach()
set(CPACK_COMPONENT_FOYER_DESCRIPTION "command of a Foyer cloud: orders, homes, boxes
 For customers, hosts and operators: lists, orders, explains and changes what a
 cloud of homes holds, over its public API.")
set(CPACK_COMPONENT_FOYER-MASTER_DESCRIPTION "master of a Foyer cloud
 Keeps the catalogue of homes, boxes and orders in a PostgreSQL, decides where
 copies are, and offers the API.")
set(CPACK_COMPONENT_FOYER-NODE_DESCRIPTION "agent of a box in a Foyer cloud
 Pulls what the master assigns to this box and runs it in containers, behind
 walls between tenants and home.")
# What they depend on: deploy/package, which asks dpkg-shlibdeps and leaves out what is brought.
set(CPACK_DEBIAN_FOYER-MASTER_PACKAGE_SUGGESTS "postgresql")
set(CPACK_DEBIAN_FOYER-MASTER_PACKAGE_RECOMMENDS "foyer")
set(CPACK_DEBIAN_FOYER-NODE_PACKAGE_RECOMMENDS "smartmontools") # without it, how worn disks are is unknown
# For such volumes alone (common/docs/encryption.md): cryptsetup-bin, and gocryptfs with fuse3.
# The others are an edge's, and start no daemon of their own for us.
set(CPACK_DEBIAN_FOYER-NODE_PACKAGE_SUGGESTS "cryptsetup-bin, fuse3, gocryptfs, haproxy, knot, lego")
include(CPack)
